/** Callers as people describe them. Pure. */

/** `alice`, `alice@host`, `sip:alice@host`; `*` stands for anything. In any case of letters. */
export function matchesCaller(pattern: string, uri: string): boolean {
  const bare = uri.replace(/^(sips?|tel):/i, "").replace(/[;?].*$/s, "");
  const candidates = [uri, bare, bare.split("@")[0]!];
  const expression = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const whole = new RegExp(`^${expression.join(".*")}$`, "i");
  return candidates.some((candidate) => whole.test(candidate));
}
