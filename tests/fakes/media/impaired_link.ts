/**
 * One sender and one receiver of RTP with a bad network between, all in virtual time: a signal is
 * encoded, its packets are lost, delayed, reordered and doubled by a seed, and played.
 */
import { Resampler } from "../../../src/audio/resampler.ts";
import { FRAME_SAMPLES, GRAPH_RATE } from "../../../src/audio/endpoint.ts";
import { createCodec } from "../../../src/media/codec/registry.ts";
import { Playout } from "../../../src/media/jitter/playout.ts";
import { RtpPacket } from "../../../src/media/rtp/packet.ts";
import { formatOf } from "../media_party.ts";

export interface Impairment {
  seed: number;
  /** Share of packets lost, 0 … 1. */
  loss?: number;
  /** Each packet is delayed by up to this, uniformly, ms. */
  jitterMs?: number;
  /** Share of packets that come twice. */
  duplicates?: number;
  /** The sender's clock is faster than ours, parts per million. */
  driftPpm?: number;
  /** Octets change nothing; packets of this many ms. */
  ptime?: number;
  /** First timestamp and sequence number: near the top they wrap. */
  firstTimestamp?: number;
  encoding?: string;
}

export interface Heard {
  /** What was played at 48 kHz, from the sender's first packet on. */
  samples: Int16Array;
  playout: Playout;
  /** Packets that the network lost. */
  lost: number;
}

/** Seeded uniform numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

interface Flying {
  at: number;
  timestamp: number;
  sequenceNumber: number;
  payload: Uint8Array;
}

/** Everything that arrives, in the order of arrival. */
function send(signal: Int16Array, how: Impairment): { flying: Flying[]; lost: number } {
  const random = seeded(how.seed);
  const codec = createCodec(formatOf(how.encoding ?? "PCMU"));
  const resampler = new Resampler(GRAPH_RATE, codec.sampleRate);
  const pcm = new Int16Array(codec.sampleRate / 50);
  const perPacket = (how.ptime ?? 20) / 20;
  const flying: Flying[] = [];
  let lost = 0;
  let payload: number[] = [];
  const periodMs = 20 / (1 + (how.driftPpm ?? 0) / 1e6);
  const scratch = new Uint8Array(640);
  for (let frame = 0; (frame + 1) * FRAME_SAMPLES <= signal.length; frame++) {
    resampler.process(signal.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES), pcm);
    const count = codec.encode(pcm, scratch, 0);
    payload.push(...scratch.subarray(0, count));
    if ((frame + 1) % perPacket !== 0) continue;
    const sentAt = (frame + 1) * periodMs;
    const first = frame + 1 - perPacket;
    const timestamp = ((how.firstTimestamp ?? 0) + first * 160) >>> 0;
    const copies = random() < (how.loss ?? 0) ? 0 : random() < (how.duplicates ?? 0) ? 2 : 1;
    if (copies === 0) lost++;
    for (let copy = 0; copy < copies; copy++) {
      const at = sentAt + 5 + random() * (how.jitterMs ?? 0);
      const sequenceNumber = (first / perPacket) & 0xffff;
      flying.push({ at, timestamp, sequenceNumber, payload: Uint8Array.from(payload) });
    }
    payload = [];
  }
  resampler.free();
  flying.sort((a, b) => a.at - b.at);
  return { flying, lost };
}

/** Sends `signal` (48 kHz) through the network and plays what arrives. The resampler must be loaded. */
export function overImpairedLink(signal: Int16Array, how: Impairment): Heard {
  const { flying, lost } = send(signal, how);
  const codec = createCodec(formatOf(how.encoding ?? "PCMU"));
  const playout = new Playout(8000, codec.sampleRate, () => codec);
  const packet = new RtpPacket();
  const frames = Math.floor(signal.length / FRAME_SAMPLES) + 10;
  const samples = new Int16Array(frames * FRAME_SAMPLES);
  let next = 0;
  // Ticks of the receiver are not in phase with those of the sender.
  const phase = 7;
  for (let tick = 0; tick < frames; tick++) {
    const due = tick * 20 + phase;
    for (; next < flying.length && flying[next]!.at <= due; next++) {
      const { at, timestamp, sequenceNumber, payload } = flying[next]!;
      packet.sequenceNumber = sequenceNumber;
      packet.timestamp = timestamp;
      packet.payload = payload;
      playout.jitter.put(packet, at);
    }
    playout.pull(due, samples.subarray(tick * FRAME_SAMPLES, (tick + 1) * FRAME_SAMPLES));
  }
  playout.free();
  return { samples, playout, lost };
}
