/** Names of headers as SIP.js keeps them. */

const CANONICAL = new Map<string, string>();
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "call-id": "Call-ID",
  cseq: "CSeq",
  "min-se": "Min-SE",
  rack: "RAck",
  rseq: "RSeq",
  "www-authenticate": "WWW-Authenticate",
};

/** The spelling under which SIP.js stores a header. */
export function canonicalName(name: string): string {
  const known = CANONICAL.get(name);
  if (known !== undefined) return known;
  const canonical = EXCEPTIONS[name] ??
    name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
  // Names come from the network: the table must not grow with them.
  if (CANONICAL.size < 200) CANONICAL.set(name, canonical);
  return canonical;
}
