/**
 * The cipher suites that are spoken: elliptic curves for a secret that nobody can find later, and
 * AES-GCM (RFC 5289). Nothing older is offered or taken.
 */

export interface CipherSuite {
  id: number;
  /** As IANA has it. */
  name: string;
  /** The kind of key in the server's certificate. */
  authentication: "ec" | "rsa";
  cipher: "aes-128-gcm" | "aes-256-gcm";
  /** Octets of the cipher's key. */
  keyLength: number;
  /** Of the key schedule and of the transcript. */
  hash: "sha256" | "sha384";
}

/** The preferred one first. */
export const CIPHER_SUITES: readonly CipherSuite[] = [
  {
    id: 0xc02b,
    name: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    authentication: "ec",
    cipher: "aes-128-gcm",
    keyLength: 16,
    hash: "sha256",
  },
  {
    id: 0xc02c,
    name: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    authentication: "ec",
    cipher: "aes-256-gcm",
    keyLength: 32,
    hash: "sha384",
  },
  {
    id: 0xc02f,
    name: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    authentication: "rsa",
    cipher: "aes-128-gcm",
    keyLength: 16,
    hash: "sha256",
  },
  {
    id: 0xc030,
    name: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    authentication: "rsa",
    cipher: "aes-256-gcm",
    keyLength: 32,
    hash: "sha384",
  },
];

export function cipherSuite(id: number): CipherSuite | undefined {
  return CIPHER_SUITES.find((suite) => suite.id === id);
}
