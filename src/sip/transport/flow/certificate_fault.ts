/**
 * What makes a certificate unfit for a server whoever signed it. Deno calls all of it an unverifiable
 * signature; the certificate itself tells.
 */
import type { X509Certificate } from "node:crypto";
import { DerElement } from "../../../base/der/mod.ts";

const OID_EXTENDED_KEY_USAGE = "2.5.29.37";
const OID_SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const OID_ANY_USE = "2.5.29.37.0";

/** RFC 5280 §4.2.1.12, RFC 5924. */
const USES: Record<string, string> = {
  "1.3.6.1.5.5.7.3.2": "clientAuth",
  "1.3.6.1.5.5.7.3.3": "codeSigning",
  "1.3.6.1.5.5.7.3.4": "emailProtection",
  "1.3.6.1.5.5.7.3.8": "timeStamping",
  "1.3.6.1.5.5.7.3.9": "OCSPSigning",
  "1.3.6.1.5.5.7.3.20": "sipDomain",
};

const BROKEN_SIGNATURES: Record<string, string> = {
  "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
  "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
  "1.2.840.10045.4.1": "ecdsa-with-SHA1",
};

const SHORTEST_RSA_BITS = 2048;

/** Why, naming the field that is wrong, and what to do; undefined: nothing is wrong with it. */
export function certificateFault(
  certificate: X509Certificate,
): [why: string, hint: string] | undefined {
  let parts: { uses: string[] | undefined; signature: string };
  try {
    parts = readParts(certificate.raw);
  } catch {
    return undefined;
  }
  const { uses, signature } = parts;
  if (uses !== undefined && !uses.some((use) => use === OID_SERVER_AUTH || use === OID_ANY_USE)) {
    const allowed = uses.map((use) => USES[use] ?? use).join(", ");
    return [
      `its extendedKeyUsage allows ${allowed}, not serverAuth`,
      "Have a certificate issued to the server that is for servers (serverAuth).",
    ];
  }
  if (signature in BROKEN_SIGNATURES) {
    return [
      `its signatureAlgorithm is ${BROKEN_SIGNATURES[signature]}, which can be forged`,
      "Have the server's certificate signed with SHA-256 or better.",
    ];
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength;
  if (asymmetricKeyType === "rsa" && bits !== undefined && bits < SHORTEST_RSA_BITS) {
    return [
      `its RSA key has ${bits} bits; ${SHORTEST_RSA_BITS} are the fewest allowed`,
      "Have a certificate issued to the server with a longer key.",
    ];
  }
  return undefined;
}

/** Certificate ::= { tbsCertificate, signatureAlgorithm, signatureValue } (RFC 5280 §4.1). */
function readParts(der: Uint8Array): { uses: string[] | undefined; signature: string } {
  const [body, algorithm] = DerElement.read(der).children();
  const extensions = body.children().find(({ tag }) => tag === 0xa3)?.children()[0].children() ??
    [];
  // Extension ::= { extnID, critical DEFAULT FALSE, extnValue OCTET STRING }
  const usage = extensions.map((extension) => extension.children())
    .find(([id]) => id.oid() === OID_EXTENDED_KEY_USAGE);
  return {
    uses: usage && DerElement.read(usage.at(-1)!.content).children().map((use) => use.oid()),
    signature: algorithm.children()[0].oid(),
  };
}
