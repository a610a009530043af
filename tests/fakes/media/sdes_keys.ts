/** Keys of both ends of a call, as SDES agrees them. */
import type { Keying, SdesKey, SrtpSuite } from "../../../src/core/media/media_description.ts";
import { SUITE_PARAMETERS } from "../../../src/core/media/srtp_suites.ts";

/** A key for a suite, another one for each seed. */
export function sdesKey(suite: SrtpSuite, seed: number): SdesKey {
  const { keyLength, saltLength } = SUITE_PARAMETERS[suite];
  const octets = Uint8Array.from({ length: keyLength + saltLength }, (_, i) => seed + 31 * i);
  return { keySalt: btoa(String.fromCharCode(...octets)) };
}

/** @returns what a's stream, and what b's, is negotiated with */
export function sdesPair(suite: SrtpSuite, seed = 1): [a: Keying, b: Keying] {
  const [first, second] = [sdesKey(suite, seed), sdesKey(suite, seed + 100)];
  return [
    { kind: "sdes", suite, send: first, receive: [second] },
    { kind: "sdes", suite, send: second, receive: [first] },
  ];
}
