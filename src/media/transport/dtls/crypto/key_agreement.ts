/** Ephemeral elliptic curve Diffie-Hellman (RFC 8422): X25519 and P-256. */
import { concat } from "../../../../base/octets/mod.ts";
import { Buffer } from "node:buffer";
import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from "node:crypto";
import { Malformed } from "../message/mod.ts";

export interface KeyShare {
  group: number;
  /** As it stands in the key exchange messages. */
  publicKey: Uint8Array;
  /** @throws Malformed for a share that is none of the group, or of a small order (RFC 7748 §6.1) */
  sharedSecret(peerPublicKey: Uint8Array): Uint8Array;
}

const X25519 = 29;
const P256 = 23;
/** The preferred one first. */
export const NAMED_GROUPS: readonly number[] = [X25519, P256];
/** What a client takes that names none (RFC 8422 §4). */
export const DEFAULT_GROUPS: readonly number[] = [P256];

/** A new secret of one of {@link NAMED_GROUPS}. */
export function generateKeyShare(group: number): KeyShare {
  return group === X25519 ? x25519() : p256();
}

const X25519_LENGTH = 32;
const P256_LENGTH = 65;
/** SubjectPublicKeyInfo of an X25519 key, up to the key (RFC 8410 §4). */
const X25519_INFO = Uint8Array.of(
  0x30,
  0x2a,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  0x6e,
  0x03,
  0x21,
  0,
);

function x25519(): KeyShare {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  const info = new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
  return {
    group: X25519,
    publicKey: info.subarray(-X25519_LENGTH),
    sharedSecret: (peer) =>
      checked(peer.length === X25519_LENGTH, () => {
        const key = Buffer.from(concat(X25519_INFO, peer));
        const secret = diffieHellman({
          privateKey,
          publicKey: createPublicKey({ key, format: "der", type: "spki" }),
        });
        if (secret.every((octet) => octet === 0)) throw new Malformed("a share of small order");
        return secret;
      }),
  };
}

function p256(): KeyShare {
  const ecdh = createECDH("prime256v1");
  const publicKey = ecdh.generateKeys();
  return {
    group: P256,
    publicKey,
    sharedSecret: (peer) =>
      checked(peer.length === P256_LENGTH && peer[0] === 4, () => ecdh.computeSecret(peer)),
  };
}

/** What OpenSSL throws at a bad share is the peer's fault. */
function checked(wellFormed: boolean, derive: () => Uint8Array): Uint8Array {
  if (!wellFormed) throw new Malformed("a key share of another form");
  try {
    return derive();
  } catch {
    throw new Malformed("a key share that is not on the curve");
  }
}
