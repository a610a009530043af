/**
 * Everything that is derived in a handshake (RFC 5246 §5, §6.3, §8.1; RFC 7627 §4; RFC 5705 §4).
 *
 *     shared secret ─► master secret ─► keys of the records
 *                            ├────────► the content of both Finished messages
 *                            └────────► exported keying material
 */
import { concat } from "../../../../base/octets/mod.ts";
import { createHash, createHmac } from "node:crypto";
import type { CipherSuite } from "./cipher_suites.ts";
import { OctetReader } from "../message/mod.ts";

type Hash = CipherSuite["hash"];

export interface Randoms {
  client: Uint8Array;
  server: Uint8Array;
}

/** Keys of one direction of the records. */
export interface WriteKeys {
  key: Uint8Array;
  /** The implicit part of the nonce, 4 octets (RFC 5288 §3). */
  salt: Uint8Array;
}

export interface RecordKeys {
  client: WriteKeys;
  server: WriteKeys;
}

const MASTER_SECRET_LENGTH = 48;
const VERIFY_DATA_LENGTH = 12;
const SALT_LENGTH = 4;

/** The pseudorandom function of TLS 1.2 (RFC 5246 §5). */
export function prf(
  hash: Hash,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const hmac = (...parts: Uint8Array[]) =>
    createHmac(hash, secret).update(concat(...parts)).digest();
  const labelled = concat(new TextEncoder().encode(label), seed);
  const out = new Uint8Array(length);
  let a: Uint8Array = hmac(labelled);
  for (let at = 0; at < length; a = hmac(a)) {
    const block = hmac(a, labelled);
    out.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return out;
}

/** The hash of handshake messages as they are signed and finished, each with its header. */
export function transcriptHash(hash: Hash, messages: readonly Uint8Array[]): Uint8Array {
  const sum = createHash(hash);
  for (const message of messages) sum.update(message);
  return sum.digest();
}

/** @param sessionHash of everything up to ClientKeyExchange (RFC 7627 §3) */
export function extendedMasterSecret(hash: Hash, shared: Uint8Array, sessionHash: Uint8Array) {
  return prf(hash, shared, "extended master secret", sessionHash, MASTER_SECRET_LENGTH);
}

/** For peers that know no extended one (RFC 5246 §8.1). */
export function masterSecret(hash: Hash, shared: Uint8Array, { client, server }: Randoms) {
  return prf(hash, shared, "master secret", concat(client, server), MASTER_SECRET_LENGTH);
}

export function recordKeys(
  { hash, keyLength }: CipherSuite,
  master: Uint8Array,
  { client, server }: Randoms,
): RecordKeys {
  const length = 2 * (keyLength + SALT_LENGTH);
  const block = new OctetReader(prf(hash, master, "key expansion", concat(server, client), length));
  const [clientKey, serverKey] = [block.take(keyLength), block.take(keyLength)];
  return {
    client: { key: clientKey, salt: block.take(SALT_LENGTH) },
    server: { key: serverKey, salt: block.take(SALT_LENGTH) },
  };
}

/** The content of a Finished message (RFC 5246 §7.4.9). */
export function verifyData(
  hash: Hash,
  master: Uint8Array,
  sender: "client" | "server",
  messages: readonly Uint8Array[],
): Uint8Array {
  const seed = transcriptHash(hash, messages);
  return prf(hash, master, `${sender} finished`, seed, VERIFY_DATA_LENGTH);
}

/** Keying material for something else, without a context (RFC 5705 §4). */
export function exportKeyingMaterial(
  hash: Hash,
  master: Uint8Array,
  { client, server }: Randoms,
  label: string,
  length: number,
): Uint8Array {
  return prf(hash, master, label, concat(client, server), length);
}
