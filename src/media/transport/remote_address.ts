/**
 * Where the peer really is (symmetric RTP, RFC 4961 §4): the address of the description until valid
 * media comes from somewhere else. On the real-time path.
 *
 *     signalled ──3 packets in sequence from X, nothing from the signalled one──► X
 *     X ──silent, and 3 packets in sequence from Y──► Y
 *
 * A stray or forged datagram never moves it: a candidate must speak RTP with a payload type of the
 * stream, from one address, under one SSRC, in sequence, while the present source says nothing.
 */
import type { RtpPacket } from "../rtp/packet.ts";
import { sequenceDistance } from "../rtp/sequence.ts";

/** Packets in sequence that make a candidate believed. */
const RUN = 3;
/** Largest step forward within a run. */
const MAX_STEP = 8;
/** Silence of the present source before another takes over, ms: the same SSRC (a NAT's new binding). */
const SILENCE_SAME_SSRC_MS = 200;
/** … and any other. */
const SILENCE_MS = 1000;
/** How long the address before a re-negotiation cannot come back, ms. */
const GRACE_MS = 2000;
const MAX_CANDIDATES = 4;

interface Candidate {
  address: string;
  port: number;
  ssrc: number;
  sequenceNumber: number;
  run: number;
  lastHeard: number;
}

export class RemoteAddress {
  /** Where packets go. */
  address: string;
  port: number;
  /** SSRC that came from there last. */
  #ssrc: number | undefined;
  #lastHeard: number | undefined;
  #former: { address: string; port: number; until: number } | undefined;
  readonly #candidates: Candidate[] = [];

  /** What the description said last. */
  #signalledAddress: string;
  #signalledPort: number;

  /** @param address IP address as sockets write it */
  constructor(address: string, port: number) {
    this.address = address;
    this.port = port;
    this.#signalledAddress = address;
    this.#signalledPort = port;
  }

  /**
   * The peer described itself again. The same words as before change nothing: what was learnt from
   * its packets is better than what it believes about itself.
   * @param now ms
   */
  signalled(address: string, port: number, now: number): void {
    if (address === this.#signalledAddress && port === this.#signalledPort) return;
    this.#signalledAddress = address;
    this.#signalledPort = port;
    if (address === this.address && port === this.port) return;
    this.#former = { address: this.address, port: this.port, until: now + GRACE_MS };
    this.#settle(address, port, undefined, undefined);
  }

  /**
   * Judges the source of a packet that is RTP of the stream's payload types.
   * @returns whether the packet belongs to the stream
   */
  accept(address: string, port: number, packet: RtpPacket, now: number): boolean {
    if (address === this.address && port === this.port) {
      this.#lastHeard = now;
      this.#ssrc = packet.ssrc;
      return true;
    }
    const former = this.#former;
    if (
      former && now < former.until && address === former.address && port === former.port
    ) return false;
    const candidate = this.#candidateFor(address, port, packet, now);
    if (candidate.run < RUN || !this.#silentFor(packet.ssrc, now)) return false;
    this.#settle(address, port, packet.ssrc, now);
    return true;
  }

  #settle(address: string, port: number, ssrc?: number, heard?: number): void {
    this.address = address;
    this.port = port;
    this.#ssrc = ssrc;
    this.#lastHeard = heard;
    this.#candidates.length = 0;
  }

  #silentFor(ssrc: number, now: number): boolean {
    if (this.#lastHeard === undefined) return true;
    const needed = ssrc === this.#ssrc ? SILENCE_SAME_SSRC_MS : SILENCE_MS;
    return now - this.#lastHeard >= needed;
  }

  #candidateFor(address: string, port: number, packet: RtpPacket, now: number): Candidate {
    const known = this.#candidates.find((one) => one.address === address && one.port === port);
    if (known) {
      const step = sequenceDistance(packet.sequenceNumber, known.sequenceNumber);
      const goesOn = packet.ssrc === known.ssrc && step > 0 && step <= MAX_STEP;
      known.run = goesOn ? known.run + 1 : 1;
      known.ssrc = packet.ssrc;
      known.sequenceNumber = packet.sequenceNumber;
      known.lastHeard = now;
      return known;
    }
    const { ssrc, sequenceNumber } = packet;
    const candidate = { address, port, ssrc, sequenceNumber, run: 1, lastHeard: now };
    if (this.#candidates.length === MAX_CANDIDATES) {
      // The one that was silent longest gives way.
      this.#candidates.sort((a, b) => b.lastHeard - a.lastHeard).pop();
    }
    this.#candidates.push(candidate);
    return candidate;
  }
}
