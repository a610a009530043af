/**
 * The globally routable URI of this phone, as its registrar grants it (RFC 5627 §4.2): the address of
 * record with a `gr` parameter, which leads to this phone and no other of the person. Pure.
 */
import { parseNameAddrList, parseUri, type ReadableMessage, unquoted } from "../message/mod.ts";

/** Characters: it goes out in every Contact, and UDP has little room. */
const MOST = 512;

/**
 * The public GRUU of our bindings in a 200 to REGISTER; undefined when there is none, or one that is not
 * of our address of record.
 * @param instance our `urn:uuid:…`
 * @param aor URI
 */
export function publicGruu(
  message: Pick<ReadableMessage, "headers">,
  instance: string,
  aor: string,
): string | undefined {
  const bindings = message.headers("contact").flatMap((value) =>
    value === "*" ? [] : parseNameAddrList(value) ?? []
  );
  for (const { parameters } of bindings) {
    if (valueOf(parameters, "+sip.instance") !== `<${instance}>`) continue;
    const gruu = valueOf(parameters, "pub-gruu");
    if (gruu !== undefined && isOf(gruu, aor)) return gruu;
  }
  return undefined;
}

function valueOf(parameters: Map<string, string | null>, name: string): string | undefined {
  const value = parameters.get(name);
  return value === undefined || value === null ? undefined : unquoted(value);
}

function isOf(gruu: string, aor: string): boolean {
  const [theirs, ours] = [parseUri(gruu), parseUri(aor)];
  if (theirs === undefined || ours === undefined || gruu.length > MOST) return false;
  return /^sips?$/.test(theirs.scheme) && theirs.parameters.has("gr") && theirs.headers === "" &&
    theirs.user === ours.user &&
    // Kamailio leaves the port out.
    (theirs.port === undefined || theirs.port === ours.port) &&
    theirs.host.toLowerCase() === ours.host.toLowerCase();
}
