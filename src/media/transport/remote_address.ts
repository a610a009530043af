/**
 * Where the peer really is (symmetric RTP, RFC 4961 §4): the address of the description until valid
 * media comes from somewhere else. On the real-time path.
 *
 *     signalled ──3 packets in sequence from X, nothing ever from the signalled one──► X
 *     X ──silent for 5 s, and 3 packets in sequence from Y──► Y
 *     X, Y ──a packet from the signalled one──► signalled, at once
 *     X ──described anew as Z──► Z: sent to at once, X is heard until Z is; after 2 s without Z ──► X
 *
 * A stray or forged datagram never moves it: a candidate must speak RTP with a payload type of the
 * stream, from one address, under one SSRC, in sequence, while the present source says nothing. Only a
 * source that goes on at the same address from another port (a NAT's new binding: the same SSRC, the
 * sequence continued) is followed sooner.
 */
import { sequenceDistance } from "../rtp/mod.ts";

/** Packets in sequence that make a candidate believed. */
const RUN = 3;
/** Largest step forward within a run. */
const MAX_STEP = 8;
/** Silence of the present source before it may go on from another port, ms. */
const SILENCE_SAME_SOURCE_MS = 200;
/** … and before another takes over. */
const SILENCE_MS = 5000;
/** Largest step of the sequence over a new binding: what was sent meanwhile may be lost. */
const MAX_REBINDING_STEP = 500;
/** How long nothing is sent to the address before a re-negotiation, which may be on its way out, ms. */
const GRACE_MS = 2000;
const MAX_CANDIDATES = 4;

/** What of an RTP packet is judged; the caller's. */
export interface RtpSource {
  ssrc: number;
  sequenceNumber: number;
}

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
  /** SSRC and sequence number that came from there last. */
  #ssrc: number | undefined;
  #sequenceNumber = 0;
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
    this.#settle(address, port);
  }

  /**
   * Judges the source of a packet that is RTP of the stream's payload types.
   * @returns whether the packet belongs to the stream
   */
  accept(address: string, port: number, packet: RtpSource, now: number): boolean {
    if (address === this.#signalledAddress && port === this.#signalledPort) {
      // Also when somebody else was believed meanwhile.
      if (!this.isAt(address, port)) this.#settle(address, port);
    }
    if (this.isAt(address, port)) {
      this.#note(packet, now);
      return true;
    }
    const candidate = this.#candidateFor(address, port, packet, now);
    // Until the new way is heard, the former one is the peer: behind a NAT it may have never moved.
    if (this.#isFormer(address, port, now)) return this.#lastHeard === undefined;
    if (candidate.run < RUN || !this.#silentFor(address, packet, now)) return false;
    this.#settle(address, port);
    this.#note(packet, now);
    return true;
  }

  /** Whether this is where the peer is believed to be. */
  isAt(address: string, port: number): boolean {
    return address === this.address && port === this.port;
  }

  /** Whether media came from where packets go now. */
  get heard(): boolean {
    return this.#lastHeard !== undefined;
  }

  #isFormer(address: string, port: number, now: number): boolean {
    const former = this.#former;
    return former !== undefined && now < former.until && address === former.address &&
      port === former.port;
  }

  #note(packet: RtpSource, now: number): void {
    this.#ssrc = packet.ssrc;
    this.#sequenceNumber = packet.sequenceNumber;
    this.#lastHeard = now;
  }

  #settle(address: string, port: number): void {
    this.address = address;
    this.port = port;
    this.#ssrc = undefined;
    this.#lastHeard = undefined;
    this.#candidates.length = 0;
  }

  #silentFor(address: string, { ssrc, sequenceNumber }: RtpSource, now: number): boolean {
    if (this.#lastHeard === undefined) return true;
    const step = sequenceDistance(sequenceNumber, this.#sequenceNumber);
    const goesOn = address === this.address && ssrc === this.#ssrc && step > 0 &&
      step <= MAX_REBINDING_STEP;
    return now - this.#lastHeard >= (goesOn ? SILENCE_SAME_SOURCE_MS : SILENCE_MS);
  }

  #candidateFor(address: string, port: number, packet: RtpSource, now: number): Candidate {
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
