/**
 * The control half of an RTP session (RFC 3550 §6): says how we send and receive, hears how the peer
 * does. Off the real-time path: a packet every few seconds. Time and randomness are passed in.
 *
 *     tick(now) ──when due──► SR/RR + SDES (+ XR) ──► transmit
 *     receive(data, now) ──► what the peer lost, its jitter, the round trip, what it says of the sound
 *
 * A round trip counts only when the peer sends back a time that we sent: nobody can make one up who has
 * not seen our packets.
 */
import type { Clock } from "../../base/time/mod.ts";
import type { MediaReport } from "../../core/ports/mod.ts";
import {
  buildRtcp,
  compactNtp,
  type Compound,
  ntpTime,
  parseRtcp,
  type ReportBlock,
  type RtcpPacket,
} from "./rtcp.ts";
import type { ExtendedReport, VoipMetrics } from "./extended_report.ts";
import type { Random32, RtpSender } from "./sender.ts";
import { Reach } from "./reach.ts";
import type { SourceStatistics } from "./source_statistics.ts";

/** Share of the session's bandwidth, octets per second: 5 % of 64 kbit/s with headers (§6.2). */
const BANDWIDTH = 0.05 * 10_000;
/** Least interval, and the one of the first report, seconds (§6.2, §6.3.1). */
const MIN_INTERVAL_S = 5;
const FIRST_MIN_INTERVAL_S = 2.5;
/** e − 3/2: makes up for what reconsideration shortens (§6.3.1). */
const COMPENSATION = 1.218_28;
/** Octets of IP and UDP around a packet, and a first guess of one. */
const OVERHEAD = 28;
const FIRST_SIZE = 100;
/** Two parties. */
const MEMBERS = 2;
/** Times of ours that a peer may send back: those of the last minute. */
const TIMES = 16;
/** Longest age of a reference time that is answered, ms: what is older says nothing of now. */
const REFERENCE_MS = 60_000;

/**
 * Seconds to the next report (§6.3.1, appendix A.7).
 *
 * @param averageSize octets of RTCP packets with IP and UDP
 * @param uniform in [0, 1)
 */
export function rtcpInterval(averageSize: number, first: boolean, uniform: number): number {
  const minimum = first ? FIRST_MIN_INTERVAL_S : MIN_INTERVAL_S;
  const interval = Math.max(minimum, (MEMBERS * averageSize) / BANDWIDTH);
  return (interval * (uniform + 0.5)) / COMPENSATION;
}

/** What the peer reports about our packets. */
export interface RemoteReport {
  /** Cumulative, never negative. */
  lost: number;
  jitterTicks: number;
  /** Share of our packets that were lost since its report before, 0–1. */
  lossShare: number;
  /** Packets of ours that were sent until then. */
  sent: number;
  /** Extended highest sequence number of ours that reached it. */
  highestSequence: number;
  /** Whether that rose since the report before. */
  hears: boolean;
  /** When this was said, ms. */
  at: number;
}

/** The same, as a call's report has it. */
export type RemoteView = Pick<
  MediaReport,
  | "remoteLost"
  | "remoteJitterMs"
  | "roundTripMs"
  | "remoteReportAgeMs"
  | "remoteHears"
  | "remoteSilentMs"
  | "remoteLongestSilentMs"
>;

/** A canonical name of a session: random, without anything personal (RFC 7022). */
export function canonicalName(random: Random32): string {
  return [0, 0, 0].map(() => (random() >>> 0).toString(36)).join("");
}

/** What a report is about. */
export interface RtcpSubject {
  sender: RtpSender;
  /** RTP timestamp of now. */
  timestamp: () => number;
  /** The peer's source; undefined before its first packet. */
  source: () => SourceStatistics | undefined;
  /** What extended reports tell; undefined: the peer takes none. */
  extended: () => ExtendedContent | undefined;
}

/** What the peer said that it takes in extended reports (RFC 3611 §5). */
export interface ExtendedContent {
  /** Round trips for receivers. */
  roundTrip: boolean;
  /** How its stream arrives. */
  voip?: Omit<VoipMetrics, "ssrc">;
}

export class RtcpSession {
  /** What the peer said last about our packets. */
  remote: RemoteReport | undefined;
  /** What it says of the sound that it gets, in extended reports, and when it did, ms. */
  metrics: { voip: VoipMetrics; at: number } | undefined;
  /** The peer said goodbye to its source. */
  peerLeft = false;
  /** Datagrams of the peer, and when the last came, ms. */
  received = 0;
  lastHeard: number | undefined;
  /** Datagrams that were no RTCP. */
  invalid = 0;
  readonly #clock: Clock;
  readonly #random: Random32;
  readonly #cname: string;
  readonly #subject: RtcpSubject;
  readonly #transmit: (data: Uint8Array) => void;
  /** Whether what we send reaches the peer. */
  readonly #reach = new Reach();
  #nextAt: number | undefined;
  #averageSize = FIRST_SIZE;
  /** Packets sent at the report before: whether we are a sender now (§6.4). */
  #sentBefore = 0;
  /** Compact NTP times that we sent, and where the next one goes. */
  readonly #times = new Uint32Array(TIMES);
  #nextTime = 0;
  #roundTripMs: number | undefined;
  /** The last reference time of a peer: whose, what, and when it came, ms. */
  #reference: { ssrc: number; time: number; at: number } | undefined;
  /** The last SR of the peer: its compact NTP time and when it came, ms. */
  #lastSenderReport = 0;
  #lastSenderReportAt = 0;

  /** @param cname our canonical name, without anything personal (RFC 7022) */
  constructor(
    clock: Clock,
    random: Random32,
    cname: string,
    subject: RtcpSubject,
    transmit: (data: Uint8Array) => void,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#cname = cname;
    this.#subject = subject;
    this.#transmit = transmit;
  }

  /** Sends a report when one is due. Call it every tick while the stream runs. */
  tick(now: number): void {
    if (this.#nextAt === undefined) {
      this.#schedule(now, true);
    } else if (now >= this.#nextAt) {
      this.#send({});
      this.#schedule(now, false);
    }
  }

  /** The last report, with a goodbye (§6.6). Nothing when no packet was ever sent. */
  bye(reason: string): void {
    if (this.#subject.sender.totalPackets > 0) this.#send({ bye: { reason } });
  }

  /**
   * Takes a datagram of the peer.
   * @returns whether it was RTCP
   */
  receive(data: Uint8Array): boolean {
    const packets = parseRtcp(data);
    if (packets === undefined) {
      this.invalid++;
      return false;
    }
    this.#averageSize += (data.length + OVERHEAD - this.#averageSize) / 16;
    const now = this.#clock.now();
    this.received++;
    this.lastHeard = now;
    let reports = false;
    for (const packet of packets) {
      this.#take(packet, now);
      if (packet.type === "SR" || packet.type === "RR") reports = true;
    }
    const highest = this.remote?.at === now ? this.remote.highestSequence : undefined;
    if (reports) this.#reach.reported(highest, this.#subject.sender.totalPackets, now);
    return true;
  }

  /**
   * The peer's view of our packets, as far as it told.
   * @param now ms
   * @param clockRate of what we send, Hz
   */
  view(now: number, clockRate: number): RemoteView {
    const { remote } = this;
    const reach = this.#reach.view(now);
    if (remote === undefined) return { ...reach, ...this.#roundTrip() };
    const jitter = (remote.jitterTicks * 1000) / clockRate;
    return {
      ...reach,
      remoteLost: remote.lost,
      remoteJitterMs: Math.round(jitter * 100) / 100,
      remoteReportAgeMs: Math.max(0, Math.round(now - remote.at)),
      remoteHears: remote.hears,
      ...this.#roundTrip(),
    };
  }

  #take(packet: RtcpPacket, now: number): void {
    if (packet.type === "SR") {
      const { ntpSeconds, ntpFraction } = packet.sender;
      this.#lastSenderReport = compactNtp(ntpSeconds, ntpFraction);
      this.#lastSenderReportAt = now;
    }
    if (packet.type === "SR" || packet.type === "RR") {
      const block = packet.reports.find(({ ssrc }) => ssrc === this.#subject.sender.ssrc);
      if (block) this.#takeBlock(block, now);
    }
    if (packet.type === "XR") this.#takeExtended(packet, now);
    const source = this.#subject.source();
    if (packet.type === "BYE" && source && packet.ssrcs.includes(source.ssrc)) {
      this.peerLeft = true;
    }
  }

  #takeBlock(block: ReportBlock, now: number): void {
    const remote: RemoteReport = {
      lost: Math.max(0, block.cumulativeLost),
      jitterTicks: block.jitterTicks,
      lossShare: block.fractionLost / 256,
      sent: this.#subject.sender.totalPackets,
      highestSequence: block.highestSequence,
      hears: block.highestSequence !== this.remote?.highestSequence,
      at: now,
    };
    this.#takeTime(block.lastSenderReport, block.delaySinceLastSenderReport, now);
    this.remote = remote;
  }

  /** Of the source that is heard: of another, its words are about somebody else's sound. */
  #takeExtended({ ssrc, reference, delays, voip }: ExtendedReport, now: number): void {
    const source = this.#subject.source();
    if (source?.valid && source.ssrc !== ssrc) return;
    if (reference !== undefined) {
      const time = compactNtp(reference.seconds, reference.fraction);
      this.#reference = { ssrc, time, at: now };
    }
    const own = this.#subject.sender.ssrc;
    const delay = delays.find((each) => each.ssrc === own);
    if (delay !== undefined) this.#takeTime(delay.lastReference, delay.delay, now);
    if (voip?.ssrc === own) this.metrics = { voip, at: now };
  }

  /**
   * A time of ours came back (§6.4.1; RFC 3611 §4.5): A − LSR − DLSR, in 1/65536 s. A peer's wrong delay
   * makes it negative.
   */
  #takeTime(time: number, delay: number, now: number): void {
    if (time === 0 || !this.#times.includes(time)) return;
    const { seconds, fraction } = ntpTime(now);
    const units = (compactNtp(seconds, fraction) - time - delay) | 0;
    if (units >= 0) this.#roundTripMs = Math.round((units * 100_000) / 65_536) / 100;
  }

  #roundTrip(): Pick<MediaReport, "roundTripMs"> {
    return this.#roundTripMs === undefined ? {} : { roundTripMs: this.#roundTripMs };
  }

  #schedule(now: number, first: boolean): void {
    const uniform = (this.#random() >>> 0) / 0x1_0000_0000;
    this.#nextAt = now + 1000 * rtcpInterval(this.#averageSize, first, uniform);
  }

  #send(end: Pick<Compound, "bye">): void {
    const { sender, timestamp } = this.#subject;
    const now = this.#clock.now();
    const compound: Compound = {
      ssrc: sender.ssrc,
      cname: this.#cname,
      reports: this.#blocks(now),
      ...end,
    };
    const ntp = ntpTime(now);
    this.#times[this.#nextTime++ % TIMES] = compactNtp(ntp.seconds, ntp.fraction);
    const extended = this.#extended(now);
    if (extended !== undefined) compound.extended = extended;
    if (sender.totalPackets > this.#sentBefore) {
      compound.sender = {
        ntpSeconds: ntp.seconds,
        ntpFraction: ntp.fraction,
        rtpTimestamp: timestamp(),
        packets: sender.packets,
        octets: sender.octets,
      };
    }
    this.#sentBefore = sender.totalPackets;
    const data = buildRtcp(compound);
    this.#averageSize += (data.length + OVERHEAD - this.#averageSize) / 16;
    this.#transmit(data);
  }

  #extended(now: number): Compound["extended"] {
    const content = this.#subject.extended();
    if (content === undefined) return undefined;
    const { roundTrip, voip } = content;
    const source = this.#subject.source();
    const report: Omit<ExtendedReport, "ssrc"> = { delays: [] };
    if (roundTrip) {
      report.reference = ntpTime(now);
      const { ssrc, time, at } = this.#reference ?? { ssrc: 0, time: 0, at: -Infinity };
      const delay = Math.round(((now - at) * 65_536) / 1000);
      if (now - at < REFERENCE_MS) report.delays.push({ ssrc, lastReference: time, delay });
    }
    if (voip !== undefined && source?.valid) report.voip = { ssrc: source.ssrc, ...voip };
    return report.reference || report.voip ? report : undefined;
  }

  #blocks(now: number): ReportBlock[] {
    const source = this.#subject.source();
    if (source === undefined || !source.valid) return [];
    const delay = this.#lastSenderReport === 0
      ? 0
      : Math.round(((now - this.#lastSenderReportAt) * 65_536) / 1000);
    return [{
      ssrc: source.ssrc,
      ...source.snapshot(),
      lastSenderReport: this.#lastSenderReport,
      delaySinceLastSenderReport: delay,
    }];
  }
}
