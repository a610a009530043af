/**
 * How a stream sounds, both ways, from what is known of its packets. Looked at once a second; off the
 * real-time path. Pure, time is passed in.
 *
 *     fates of packets (ours to judge) ───────────► incoming ─► E-model ─► report, extended report
 *     the peer's reports, extended ones too ──────► outgoing ─┘
 *
 * Nothing is guessed: a direction of which too little is known has no rating, and a conversational one
 * takes a round trip that was measured. Not known, and so not in the delay, is what sound cards and
 * the peer's jitter buffer add; of that one the peer may tell.
 */
import { commonR, scaleOf, scoreOf } from "../../core/media/mod.ts";
import type { Bursts, DirectionQuality, SoundQuality, SoundRating } from "../../core/ports/mod.ts";
import {
  type BurstGapView,
  GMIN,
  type PacketFates,
  type RemoteReport,
  type VoipMetrics,
} from "../rtp/mod.ts";
import type { SilenceMeter } from "./silence_meter.ts";

/** Seconds that "now" looks back, and packets that it takes: a second of them. */
const SECONDS = 10;
const ENOUGH = 50;
/** A report that comes sooner than this after another one is no new second, ms. */
const SECOND_MS = 900;
/** Age of a report above which it says nothing of now, ms. */
const STALE_MS = 15_000;
/** What we make up is better than silence or repetition. */
const CONCEALMENT = "enhanced";
/** What a peer may say of its jitter buffer: more would be no conversation, ms. */
const THEIR_BUFFER_MS = 1_000;
/** Delay that our jitter buffer may come to, ms. */
const BUFFER_MAX_MS = 300;

/** What is measured of the sound that comes. */
export interface Incoming {
  codec: string | undefined;
  fates: PacketFates;
  silence: SilenceMeter;
  /** Packets that the codec could make nothing of. */
  undecodable: number;
  /** Sound in a packet, and what waits in the jitter buffer, ms. */
  packetMs: number;
  bufferMs: number;
}

/** What the peer tells of the sound that goes. */
export interface Outgoing {
  codec: string | undefined;
  packetMs: number;
  remote: RemoteReport | undefined;
  metrics: { voip: VoipMetrics; at: number } | undefined;
}

/** Counters at one second. */
interface Counted {
  due: number;
  lost: number;
  late: number;
  undecodable: number;
}

const NONE: Counted = { due: 0, lost: 0, late: 0, undecodable: 0 };

export class QualityMeter {
  /** The last seconds, the oldest first. */
  readonly #seconds: Counted[] = [NONE];
  #countedAt = -Infinity;
  #incoming: DirectionQuality | undefined;

  /** Call it once a second. @param now ms */
  measure(
    incoming: Incoming,
    outgoing: Outgoing,
    roundTripMs: number | undefined,
    now: number,
  ): SoundQuality | undefined {
    this.#incoming = this.#measureIncoming(incoming, roundTripMs, now);
    const sent = outgoingQuality(outgoing, roundTripMs, now);
    if (this.#incoming === undefined && sent === undefined) return undefined;
    return {
      ...(this.#incoming && { incoming: this.#incoming }),
      ...(sent && { outgoing: sent }),
    };
  }

  /** For the peer, by the last measurement; undefined: nothing is known yet. */
  metrics(
    { packetMs, bufferMs }: Incoming,
    roundTripMs = 0,
  ): Omit<VoipMetrics, "ssrc"> | undefined {
    if (this.#incoming === undefined) return undefined;
    const { call, bursts, scale } = this.#incoming;
    const { listening, conversational } = call;
    return {
      lossShare: call.lossShare,
      discardShare: call.lateShare ?? 0,
      ...bursts!,
      gmin: GMIN,
      roundTripMs,
      endSystemMs: packetMs + bufferMs,
      mosListening: listening.mos,
      // R has the delay in it (RFC 3611 §4.7.5).
      ...(conversational && {
        r: commonR(scale, conversational.r),
        mosConversational: conversational.mos,
      }),
      concealment: CONCEALMENT,
      bufferMs,
      bufferMaxMs: BUFFER_MAX_MS,
    };
  }

  #measureIncoming(
    { codec, fates: { due, lost, late, bursts }, silence, undecodable, packetMs, bufferMs }:
      Incoming,
    roundTripMs: number | undefined,
    now: number,
  ): DirectionQuality | undefined {
    const counted: Counted = { due, lost, late, undecodable };
    const before = this.#seconds[0]!;
    this.#count(counted, now);
    const scale = codec === undefined ? undefined : scaleOf(codec);
    if (scale === undefined || due < ENOUGH) return undefined;
    const gaps = bursts.view();
    const oneWayMs = oneWay(roundTripMs, packetMs + bufferMs);
    const rate = (counted: Counted) =>
      rating(codec!, {
        lossShare: counted.lost / counted.due,
        lateShare: counted.late / counted.due,
        ...(counted.undecodable > 0 && {
          undecodableShare: Math.min(1, counted.undecodable / counted.due),
        }),
      }, { burstRatio: gaps.burstRatio, oneWayMs });
    const lately = difference(counted, before);
    return {
      scale,
      call: rate(counted),
      ...(lately.due >= ENOUGH && { now: rate(lately) }),
      bursts: burstsOf(gaps, packetMs),
      ...(oneWayMs !== undefined && { oneWayMs }),
      stalls: silence.stalls,
      stalledMs: silence.stalledMs,
    };
  }

  #count(counted: Counted, now: number): void {
    if (now - this.#countedAt < SECOND_MS) return;
    this.#countedAt = now;
    this.#seconds.push(counted);
    if (this.#seconds.length > SECONDS) this.#seconds.shift();
  }
}

function outgoingQuality(
  { codec, packetMs, remote, metrics }: Outgoing,
  roundTripMs: number | undefined,
  now: number,
): DirectionQuality | undefined {
  const scale = codec === undefined ? undefined : scaleOf(codec);
  if (remote === undefined || scale === undefined || remote.sent < ENOUGH) return undefined;
  const voip = metrics?.voip;
  const fresh = now - remote.at <= STALE_MS;
  const bufferMs = Math.min(voip?.bufferMs ?? 0, THEIR_BUFFER_MS);
  const oneWayMs = oneWay(roundTripMs, packetMs + bufferMs);
  const late = voip === undefined ? {} : { lateShare: voip.discardShare };
  const unconcealed = voip?.concealment === "disabled";
  const rate = (lossShare: number) =>
    rating(codec!, { lossShare, ...late }, { oneWayMs, unconcealed });
  return {
    scale,
    call: rate(Math.min(1, remote.lost / remote.sent)),
    // A report that has no newer packet of ours than the one before says that all are lost.
    ...(fresh && { now: rate(remote.hears ? remote.lossShare : 1) }),
    ...(voip && { bursts: rounded(voip), ...toldBy(voip) }),
    ...(oneWayMs !== undefined && { oneWayMs }),
  };
}

function rating(
  codec: string,
  shares: Pick<SoundRating, "lossShare" | "lateShare" | "undecodableShare">,
  { oneWayMs, ...loss }: { burstRatio?: number; unconcealed?: boolean; oneWayMs?: number },
): SoundRating {
  const { lossShare, lateShare = 0, undecodableShare = 0 } = shares;
  const speech = { codec, loss: lossShare + lateShare + undecodableShare, ...loss };
  const conversational = oneWayMs === undefined ? undefined : scoreOf(speech, oneWayMs);
  const said = Object.fromEntries(
    Object.entries(shares).map(([name, share]) => [name, Math.round(share * 10_000) / 10_000]),
  ) as typeof shares;
  return {
    ...said,
    listening: scoreOf(speech)!,
    ...(conversational && { conversational }),
  };
}

/** @param endsMs packets and jitter buffer */
function oneWay(roundTripMs: number | undefined, endsMs: number): number | undefined {
  return roundTripMs === undefined ? undefined : Math.round(roundTripMs / 2 + endsMs);
}

function difference(now: Counted, before: Counted): Counted {
  return {
    due: now.due - before.due,
    lost: now.lost - before.lost,
    late: now.late - before.late,
    undecodable: now.undecodable - before.undecodable,
  };
}

function burstsOf(view: BurstGapView, packetMs: number): Bursts {
  return rounded({
    ...view,
    burstMs: view.burstLength * packetMs,
    gapMs: view.gapLength * packetMs,
  });
}

function rounded({ burstDensity, gapDensity, burstMs, gapMs }: Bursts): Bursts {
  const share = (value: number) => Math.round(value * 10_000) / 10_000;
  return {
    burstDensity: share(burstDensity),
    gapDensity: share(gapDensity),
    burstMs: Math.round(burstMs),
    gapMs: Math.round(gapMs),
  };
}

function toldBy(voip: VoipMetrics): Pick<DirectionQuality, "told"> {
  const { mosListening: listening, mosConversational: conversational } = voip;
  if (listening === undefined && conversational === undefined) return {};
  return {
    told: {
      ...(listening !== undefined && { listening }),
      ...(conversational !== undefined && { conversational }),
    },
  };
}
