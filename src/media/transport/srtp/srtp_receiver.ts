/**
 * Opens what the peer sends: authenticity first, then everything else.
 *
 *     open(data) ─► which key? which roll-over? ─► replayed? ─► authentic? ─► plain bytes
 *     commit() ──► the packet counts as taken
 *
 * In two steps, because who sent a packet from where is judged in between: a copy of a packet that comes
 * from a stranger's address must not make a replay of the original.
 *
 * Keys come in generations. A new one is tried first; the one before stays until the new one has been
 * heard for a while, so that a change of keys leaves no gap. Each generation has its own sources, each
 * source its own windows. On the real-time path: nothing is allocated but for a new source.
 */
import { uint16 } from "../../rtp/mod.ts";
import type { PacketCipher } from "./packet_cipher.ts";
import { guessRollOver, ReplayWindow } from "./replay_window.ts";
import { rtpHeaderLength, sourceOf } from "./rtp_header.ts";

/** Sources of the peer that are told apart; the one that was silent longest gives way. */
const MAX_SOURCES = 32;
/** Generations of keys: the present one and two before. */
const MAX_GENERATIONS = 3;
/** How long a key goes on beside its successor, from the first packet of that, ms. */
const OVERLAP_MS = 5000;

interface Source {
  rtp: ReplayWindow;
  rtcp: ReplayWindow;
  heardAt: number;
}

interface Generation {
  /** Several: told apart by the MKI that each wants to see. */
  ciphers: readonly PacketCipher[];
  sources: Map<number, Source>;
  /** When it was heard first, ms. */
  heardAt: number | undefined;
}

export class SrtpReceiver {
  /** Packets that were not authentic, and that came twice or too late. */
  forged = 0;
  replayed = 0;
  /** The newest first. */
  #generations: Generation[] = [];
  readonly #position = { ssrc: 0, rollOver: 0, sequence: 0 };
  /** The packet that was opened last. */
  readonly #opened = {
    generation: undefined as Generation | undefined,
    kind: "rtp" as "rtp" | "rtcp",
    /** Its index. */
    rollOver: 0,
    sequence: 0,
    now: 0,
  };

  /** Further master keys of the peer; those before go on for a while. */
  rekey(ciphers: readonly PacketCipher[]): void {
    this.#generations.unshift({ ciphers, sources: new Map(), heardAt: undefined });
    this.#generations.length = Math.min(this.#generations.length, MAX_GENERATIONS);
  }

  /**
   * Opens an RTP packet in place.
   * @param now ms
   * @returns its plain length; −1: it is not the peer's, and nothing was touched
   */
  rtp(data: Uint8Array, length: number, now: number): number {
    const header = rtpHeaderLength(data, length);
    if (header === 0) return -1;
    this.#retire(now);
    const position = this.#position;
    position.ssrc = sourceOf(data, 8);
    position.sequence = uint16(data, 2);
    let replayed = false;
    // Counted, here and below: an iterator would be allocated.
    for (let i = 0; i < this.#generations.length; i++) {
      const generation = this.#generations[i]!;
      const top = generation.sources.get(position.ssrc)?.rtp;
      const plain = top !== undefined && top.rollOver >= 0
        ? this.#openAt(generation, data, header, length, guessRollOver(top, position.sequence), now)
        : this.#openFirst(generation, data, header, length, now);
      if (plain >= 0) return plain;
      replayed ||= plain === REPLAYED;
    }
    return this.#refuse(replayed);
  }

  rtcp(data: Uint8Array, length: number, now: number): number {
    if (length < 8) return -1;
    this.#retire(now);
    const ssrc = sourceOf(data, 4);
    let replayed = false;
    for (const generation of this.#generations) {
      const window = generation.sources.get(ssrc)?.rtcp;
      for (const cipher of generation.ciphers) {
        const index = cipher.rtcpIndex(data, length);
        if (index < 0) continue;
        if (window !== undefined && !window.permits(index >>> 16, index & 0xffff)) {
          replayed = true;
          continue;
        }
        const plain = cipher.openRtcp(data, length, ssrc, index);
        if (plain < 0) continue;
        this.#position.ssrc = ssrc;
        return this.#note(generation, "rtcp", index >>> 16, index & 0xffff, now, plain);
      }
    }
    return this.#refuse(replayed);
  }

  /** The packet that was opened last is the peer's, and used. */
  commit(): void {
    const { generation, kind, rollOver, sequence, now } = this.#opened;
    if (generation === undefined) return;
    this.#opened.generation = undefined;
    generation.heardAt ??= now;
    const source = this.#sourceOf(generation, now);
    source[kind].take(rollOver, sequence);
    source.heardAt = now;
  }

  /**
   * The first packet of a source under a key: the roll-over counter is what it was under the key before,
   * or begins at 0; or it rolled over in packets that were lost.
   */
  #openFirst(
    generation: Generation,
    data: Uint8Array,
    header: number,
    length: number,
    now: number,
  ): number {
    const top = this.#topBefore(generation);
    const before = top === undefined ? 0 : guessRollOver(top, this.#position.sequence);
    let plain = this.#openAt(generation, data, header, length, before, now);
    if (plain < 0 && before !== 0) plain = this.#openAt(generation, data, header, length, 0, now);
    if (plain < 0 && before !== 1) plain = this.#openAt(generation, data, header, length, 1, now);
    return plain;
  }

  #openAt(
    generation: Generation,
    data: Uint8Array,
    header: number,
    length: number,
    rollOver: number,
    now: number,
  ): number {
    const position = this.#position;
    const { sequence } = position;
    const window = generation.sources.get(position.ssrc)?.rtp;
    if (window !== undefined && !window.permits(rollOver, sequence)) return REPLAYED;
    position.rollOver = rollOver;
    for (let i = 0; i < generation.ciphers.length; i++) {
      const plain = generation.ciphers[i]!.openRtp(data, header, length, position);
      if (plain >= 0) return this.#note(generation, "rtp", rollOver, sequence, now, plain);
    }
    return FORGED;
  }

  #note(
    generation: Generation,
    kind: "rtp" | "rtcp",
    rollOver: number,
    sequence: number,
    now: number,
    plain: number,
  ): number {
    const opened = this.#opened;
    opened.generation = generation;
    opened.kind = kind;
    opened.rollOver = rollOver;
    opened.sequence = sequence;
    opened.now = now;
    return plain;
  }

  #refuse(replayed: boolean): number {
    if (replayed) this.replayed++;
    else this.forged++;
    return -1;
  }

  /** The highest index of the source under older keys. */
  #topBefore(generation: Generation): ReplayWindow | undefined {
    const at = this.#generations.indexOf(generation);
    for (let i = at + 1; i < this.#generations.length; i++) {
      const top = this.#generations[i]!.sources.get(this.#position.ssrc)?.rtp;
      if (top !== undefined && top.rollOver >= 0) return top;
    }
    return undefined;
  }

  #sourceOf({ sources }: Generation, now: number): Source {
    const { ssrc } = this.#position;
    const known = sources.get(ssrc);
    if (known !== undefined) return known;
    if (sources.size >= MAX_SOURCES) {
      const [silent] = [...sources].reduce((a, b) => a[1].heardAt <= b[1].heardAt ? a : b);
      sources.delete(silent);
    }
    const source = { rtp: new ReplayWindow(), rtcp: new ReplayWindow(), heardAt: now };
    sources.set(ssrc, source);
    return source;
  }

  /** Forgets keys whose successor has been in use long enough. */
  #retire(now: number): void {
    const generations = this.#generations;
    for (let i = 0; i + 1 < generations.length; i++) {
      const { heardAt } = generations[i]!;
      if (heardAt !== undefined && now - heardAt >= OVERLAP_MS) generations.length = i + 1;
    }
  }
}

const FORGED = -1;
const REPLAYED = -2;
