/** Signatures by certificate keys (RFC 5246 §4.7, RFC 8446 §4.2.3): SHA-256 and stronger only. */
import { constants, type KeyObject, sign, verify, X509Certificate } from "node:crypto";
import type { Signature } from "../message/mod.ts";

interface SignatureScheme {
  id: number;
  key: "ec" | "rsa";
  hash: "sha256" | "sha384" | "sha512";
  /** RSASSA-PSS instead of PKCS #1. */
  pss?: true;
}

const SCHEMES: readonly SignatureScheme[] = [
  { id: 0x0403, key: "ec", hash: "sha256" },
  { id: 0x0503, key: "ec", hash: "sha384" },
  { id: 0x0804, key: "rsa", hash: "sha256", pss: true },
  { id: 0x0805, key: "rsa", hash: "sha384", pss: true },
  { id: 0x0806, key: "rsa", hash: "sha512", pss: true },
  { id: 0x0401, key: "rsa", hash: "sha256" },
  { id: 0x0501, key: "rsa", hash: "sha384" },
  { id: 0x0601, key: "rsa", hash: "sha512" },
];

/** Schemes that we verify, the preferred one first. */
export const SIGNATURE_SCHEMES: readonly number[] = SCHEMES.map(({ id }) => id);
/** The scheme of our own signatures: our certificate has a P-256 key. */
export const OWN_SCHEME = 0x0403;

/** Shorter RSA keys can be broken, and with one its certificate's fingerprint says nothing. */
const LEAST_RSA_BITS = 2048;

export function signed(data: Uint8Array, privateKey: KeyObject): Signature {
  return { scheme: OWN_SCHEME, value: sign("sha256", data, privateKey) };
}

/** The public key of a certificate; undefined when it is none, or of a kind that is not taken. */
export function publicKeyOf(der: Uint8Array): KeyObject | undefined {
  try {
    const { publicKey } = new X509Certificate(der);
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
    if (type === "ec") return publicKey;
    return type === "rsa" && (details?.modulusLength ?? 0) >= LEAST_RSA_BITS
      ? publicKey
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the signature was made over `data` with the private half of `key`. */
export function isSigned(
  data: Uint8Array,
  { scheme: id, value }: Signature,
  key: KeyObject,
): boolean {
  const scheme = SCHEMES.find((known) => known.id === id);
  if (scheme === undefined || scheme.key !== key.asymmetricKeyType) return false;
  const padded = {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  try {
    return verify(scheme.hash, data, scheme.pss ? padded : key, value);
  } catch {
    return false;
  }
}
