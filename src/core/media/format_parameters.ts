/** Format parameters (fmtp, RFC 8866 §6.15): which of them decide whether two formats are one. Pure. */
import type { PayloadFormat } from "./media_description.ts";

/** `a=1; b` as names and values: names in lower case, a bare name with an empty value. */
export function parametersOf({ parameters = "" }: PayloadFormat): Map<string, string> {
  const pairs = parameters.split(";").map((part) => part.trim()).filter((part) => part !== "");
  return new Map(pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 0) return [pair.toLowerCase(), ""];
    return [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()];
  }));
}

/**
 * Whether both are one format (RFC 3264 §6.1): the same codec, clock and channels, and equal in those
 * parameters that both ends must agree on. All others are wishes, which may differ.
 */
export function sameFormat(a: PayloadFormat, b: PayloadFormat): boolean {
  if (a.encoding.toUpperCase() !== b.encoding.toUpperCase()) return false;
  if (a.clockRate !== b.clockRate || a.channels !== b.channels) return false;
  const decisive = a.mustMatch ?? b.mustMatch;
  if (decisive === undefined) return true;
  const [ofA, ofB] = [parametersOf(a), parametersOf(b)];
  return Object.entries(decisive).every(([name, usual]) =>
    (ofA.get(name) ?? usual) === (ofB.get(name) ?? usual)
  );
}
