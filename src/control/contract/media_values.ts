/** Schemas of what media measures of a call, and of the filters of what is sent, by the core's types. */
import { z } from "zod";
import {
  ECHO_WAYS,
  QUALITY_SCALES,
  type QualityScore,
  SPEECH_FILTERS,
  type SpeechSettings,
} from "../../core/media/mod.ts";
import {
  type Bursts,
  CANDIDATE_TYPES,
  type DirectionQuality,
  type FilterTimes,
  ICE_STATES,
  type IceEnd,
  type IceReport,
  IGNORED_SOURCES,
  type IgnoredPackets,
  type MediaReport,
  NAT_KINDS,
  RELAY_PROTOCOLS,
  type SocketEnd,
  type SoundQuality,
  type SoundRating,
} from "../../core/ports/mod.ts";
import { exactly } from "./exactly.ts";

const count = z.int().min(0);
const ms = z.number();

const place = { address: z.string(), port: count };
const socketEnd = exactly<SocketEnd>()(z.strictObject(place));

const iceEnd = exactly<IceEnd>()(z.strictObject({ type: z.enum(CANDIDATE_TYPES), ...place }));

export const iceReport = exactly<IceReport>()(
  z.strictObject({
    state: z.enum(ICE_STATES),
    local: iceEnd.optional(),
    remote: iceEnd.optional(),
    relayProtocol: z.enum(RELAY_PROTOCOLS).optional(),
    nat: z.enum(NAT_KINDS).optional()
      .describe("Between us and the STUN servers; absent: none has answered."),
  }).meta({ id: "IceReport" }),
);

const ignoredPackets = exactly<IgnoredPackets>()(z.discriminatedUnion("reason", [
  z.strictObject({ reason: z.enum(IGNORED_SOURCES), ...place }),
  z.strictObject({ reason: z.literal("other-format"), payloadType: count }),
]));

const share = z.number().min(0).max(1);
const score = exactly<QualityScore>()(
  z.strictObject({
    r: z.number().describe("Rating factor: up to 93.2 (narrowband) or 129 (wideband)."),
    mos: z.number().describe("1–4.5, on the scale that is named."),
  }).meta({ id: "QualityScore" }),
);

const soundRating = exactly<SoundRating>()(
  z.strictObject({
    lossShare: share.describe("Of the packets that were due, those that never came."),
    lateShare: share.optional()
      .describe("Those that came too late to be played; absent: the other side does not tell."),
    undecodableShare: share.optional()
      .describe("Those that the codec could make nothing of; absent: none."),
    listening: score.describe("Without the delay."),
    conversational: score.optional()
      .describe("With the delay; absent: no round trip was measured."),
  }).meta({ id: "SoundRating" }),
);

const bursts = exactly<Bursts>()(
  z.strictObject({
    burstDensity: share.describe("Share of the packets in bursts that were not played."),
    gapDensity: share.describe("The same in the gaps between bursts."),
    burstMs: ms.describe("Mean length; 0: there was none."),
    gapMs: ms,
  }).meta({ id: "Bursts" }),
);

const directionQuality = exactly<DirectionQuality>()(
  z.strictObject({
    scale: z.enum(QUALITY_SCALES)
      .describe("What the scores are compared with: other calls of this bandwidth."),
    call: soundRating.describe("Since it began."),
    now: soundRating.optional()
      .describe("Of the last ten seconds, or since the other side's report before."),
    bursts: bursts.optional().describe("RFC 3611 4.7.2, with Gmin 16."),
    oneWayMs: ms.optional()
      .describe("From mouth to ear, as far as it is known; sound cards are not in it."),
    stalls: count.optional().describe("Times that nothing came for half a second or more."),
    stalledMs: ms.optional().describe("How long they were in all."),
    told: z.strictObject({
      listening: z.number().optional(),
      conversational: z.number().optional(),
    }).optional().describe("MOS that the other side itself reports; its word alone."),
  }).meta({ id: "DirectionQuality" }),
);

export const soundQuality = exactly<SoundQuality>()(
  z.strictObject({
    incoming: directionQuality.optional().describe("What we hear; absent: not measured yet."),
    outgoing: directionQuality.optional()
      .describe("What the other side hears, by its reports; absent: it sent none yet."),
    sources: z.strictObject({ ours: count, theirs: count }).optional()
      .describe("SSRCs of the two streams; absent: nothing has come."),
  }).meta({ id: "SoundQuality" }),
);

export const filterTimes = exactly<FilterTimes>()(
  z.strictObject({
    filter: z.enum(SPEECH_FILTERS),
    meanMs: ms.describe("For 20 ms of sound."),
    longestMs: ms,
  }).meta({ id: "FilterTimes" }),
);

const speechSwitches = z.strictObject({
  highPass: z.boolean()
    .describe("Removes hum and rumble from what a sound card's microphone sends."),
  noiseSuppression: z.boolean()
    .describe("Takes noise away from the voice that is sent; what is sent is 30 ms later."),
  echo: z.enum(ECHO_WAYS).describe(
    "Against the echo of the other side in our room. speex: cancelled by libspeexdsp; half-duplex: " +
      "who speaks is heard, one at a time.",
  ),
  agc: z.boolean().describe("Brings the voice that is sent to one loudness."),
});
export const speech = exactly<SpeechSettings>()(speechSwitches.meta({ id: "Speech" }));
export const speechWish = exactly<Partial<SpeechSettings>>()(speechSwitches.partial());

export const mediaReport = exactly<MediaReport>()(
  z.strictObject({
    sent: count,
    received: count,
    lost: count,
    jitterMs: ms,
    late: count,
    duplicates: count,
    undecodable: count.describe("Packets that the codec could make nothing of."),
    concealedMs: ms,
    rtcpReceived: count,
    rtpSilentMs: ms,
    rtcpSilentMs: ms,
    longestSilentMs: ms.describe(
      "Longest time without RTP while it was due: answered, not held, no comfort noise.",
    ),
    pausing: z.literal(true).optional()
      .describe("Its last packet was comfort noise: none need follow while nobody speaks."),
    remoteLost: count.optional(),
    remoteJitterMs: ms.optional(),
    roundTripMs: ms.optional(),
    remoteReportAgeMs: ms.optional(),
    remoteHears: z.boolean().optional(),
    remoteSilentMs: ms.optional()
      .describe(
        "How long nothing of ours has arrived there, by its RTCP; absent: it does not say.",
      ),
    remoteLongestSilentMs: ms.optional(),
    microphoneSilentMs: ms.optional()
      .describe("How long the sound card has given digital silence only."),
    filters: z.array(filterTimes).optional().describe("Filters of our sound that are or were on."),
    peer: socketEnd.optional().describe("Where our packets go."),
    ignored: ignoredPackets.optional().describe("RTP that comes and is not taken."),
    unsent: z.string().optional().describe("Why the system did not take our last packet."),
    codec: z.string().optional(),
    sentLevel: z.number(),
    receivedLevel: z.number(),
    dtmfSent: z.string(),
    dtmfReceived: z.string(),
    quality: soundQuality.optional().describe("By the E-model; absent: nothing is measured yet."),
    digitalSilenceMs: ms.optional()
      .describe("How long what comes has been digital silence; absent: it is none."),
    stalledHereMs: ms.optional()
      .describe("How long this machine came too late to play, in the last ten seconds."),
    ice: iceReport.optional(),
  }).meta({ id: "MediaReport" }),
);
