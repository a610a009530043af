/**
 * Session keys of a master key (RFC 3711 §4.3; for 256 bits RFC 6188 §3; for GCM RFC 7714 §11). The key
 * derivation rate is 0: the keys of a call are derived once.
 */
import { AesCounter, BLOCK } from "./aes_counter.ts";
import type { MasterKey } from "./packet_cipher.ts";

/** What a session key is for; RTCP's are three higher (§4.3.1). */
export const LABEL = { encryption: 0, authentication: 1, salt: 2 } as const;
export const RTCP_LABELS = 3;

/** @returns `length` octets for a label */
export function derive({ key, salt }: MasterKey, label: number, length: number): Uint8Array {
  // A salt of 96 bits counts as one of 112 with zeros behind it.
  const counter = new Uint8Array(BLOCK);
  counter.set(salt);
  counter[7]! ^= label;
  const derived = new Uint8Array(length);
  new AesCounter(key).apply(counter, derived, 0, length);
  return derived;
}
