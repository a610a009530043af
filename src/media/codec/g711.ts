/**
 * PCMU and PCMA (ITU-T G.711) by table: 8 kHz, one byte a sample. On the real-time path.
 */
import { aLawTables, type Law, muLawTables } from "../../audio/mod.ts";
import type { CodecName } from "../../core/account/mod.ts";
import { ANY_PACKET_MS, type Codec } from "./codec.ts";

const RATE = 8000;

type Encoding = Extract<CodecName, "PCMU" | "PCMA">;

/** G.711 in either law; it keeps no state between packets. */
export class G711Codec implements Codec {
  readonly encoding: Encoding;
  readonly sampleRate = RATE;
  readonly clockRate = RATE;
  readonly packetMs = ANY_PACKET_MS;
  readonly #law: Law;

  constructor(encoding: Encoding) {
    this.encoding = encoding;
    this.#law = encoding === "PCMU" ? muLawTables() : aLawTables();
  }

  encode(pcm: Int16Array, payload: Uint8Array, offset: number): number {
    const table = this.#law.compress;
    for (let i = 0; i < pcm.length; i++) payload[offset + i] = table[pcm[i]! & 0xffff]!;
    return pcm.length;
  }

  decode(payload: Uint8Array, pcm: Int16Array): number {
    const table = this.#law.expand;
    const count = Math.min(payload.length, pcm.length);
    for (let i = 0; i < count; i++) pcm[i] = table[payload[i]!]!;
    return count;
  }
}
