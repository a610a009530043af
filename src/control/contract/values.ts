/**
 * Schemas of the plain values that cross the control API. Those of the core's values are held against
 * its types; of the others the types are made (`health.ts`, `phone.ts`).
 */
import { z } from "zod";
import {
  type AccountView,
  type ExtraHeader,
  type KeptFlow,
  KEYINGS,
  type PartyIdentity,
  type RegistrationState,
  TRANSPORTS,
} from "../../core/account/mod.ts";
import {
  BAD_SOUND_CAUSES,
  type BadSound,
  CALL_STATES,
  type CallLimits,
  type CallRecord,
  type CallView,
  DIRECTIONS,
  type EncryptionView,
  ENDED_BY,
  OUTCOMES,
  SECURITIES,
  type Silence,
  SILENCE_CAUSES,
} from "../../core/state/mod.ts";
import { type ErrorCode, type ErrorJson, EXIT_CODES } from "../../base/mod.ts";
import type { Names } from "../../base/names/mod.ts";
import {
  ECHO_WAYS,
  QUALITY_SCALES,
  type QualityScore,
  SPEECH_FILTERS,
  type SpeechSettings,
  SRTP_SUITES,
} from "../../core/media/mod.ts";
import {
  type AudioEndpoints,
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
  type Microphone,
  NAT_KINDS,
  RELAY_PROTOCOLS,
  type SocketEnd,
  type SoundQuality,
  type SoundRating,
  type Speaker,
} from "../../core/ports/mod.ts";
import { exactly } from "./exactly.ts";

const count = z.int().min(0);
const ms = z.number();

export const errorJson = exactly<ErrorJson>()(
  z.strictObject({
    code: z.enum(Object.keys(EXIT_CODES) as [ErrorCode, ...ErrorCode[]])
      .describe("What kind of failure it was; it decides the exit status."),
    message: z.string().describe("One sentence: what failed and with which value."),
    hint: z.string().optional().describe("What to do next."),
    data: z.record(z.string(), z.unknown()).optional().describe("Details."),
  }).meta({ id: "Error" }),
);

export const party = exactly<PartyIdentity>()(
  z.strictObject({
    uri: z.string().min(1),
    displayName: z.string().optional(),
    contact: z.string().optional(),
  }).meta({ id: "Party" }),
);

export const extraHeader = exactly<ExtraHeader>()(z.strictObject({
  name: z.string().min(1),
  value: z.string(),
}));

export const microphone = exactly<Microphone>()(
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("device"), name: z.string().optional() }),
    z.strictObject({ kind: z.literal("file"), path: z.string(), loop: z.boolean() }),
    z.strictObject({ kind: z.literal("pipe"), rate: z.int().min(4_000).max(192_000) }),
    z.strictObject({ kind: z.literal("tone"), frequency: z.number(), level: z.number() }),
    z.strictObject({ kind: z.literal("voice") }),
    z.strictObject({ kind: z.literal("silence") }),
    z.strictObject({ kind: z.literal("echo") }),
  ]).meta({ id: "Microphone" }),
);

export const speaker = exactly<Speaker>()(
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("device"), name: z.string().optional() }),
    z.strictObject({ kind: z.literal("file"), path: z.string() }),
    z.strictObject({ kind: z.literal("pipe"), rate: z.int().min(4_000).max(192_000) }),
    z.strictObject({ kind: z.literal("null") }),
  ]).meta({ id: "Speaker" }),
);

export const endpoints = exactly<AudioEndpoints>()(
  z.strictObject({
    microphone,
    speaker,
    record: z.string().optional(),
  }).meta({ id: "Endpoints" }),
);

export const limits = exactly<CallLimits>()(z.strictObject({
  noAnswerMs: ms.positive().optional(),
  durationMs: ms.positive().optional(),
  silenceMs: ms.positive().optional()
    .describe("The call ends after so long without RTP of the other side."),
  heldSilenceMs: ms.positive().optional()
    .describe("The same on hold, without RTP and RTCP."),
}));

export const registration = exactly<RegistrationState>()(
  z.discriminatedUnion("state", [
    z.strictObject({ state: z.literal("none") }),
    z.strictObject({ state: z.literal("registering") }),
    z.strictObject({ state: z.literal("registered"), expires: z.number() }),
    z.strictObject({ state: z.literal("unregistered") }),
    z.strictObject({
      state: z.literal("failed"),
      status: count,
      error: errorJson,
      retryInMs: ms.optional(),
    }),
  ]).meta({ id: "Registration" }),
);

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

const mediaReport = exactly<MediaReport>()(
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

export const transport = z.enum(TRANSPORTS);
const hold = z.strictObject({ local: z.boolean(), remote: z.boolean() });

/** States of a recording that has a file. */
const RUNNING = ["on", "paused"] as const satisfies Names<2>;
export const encryption = exactly<EncryptionView>()(
  z.strictObject({
    keying: z.enum(KEYINGS).describe("How the keys were agreed."),
    suite: z.enum(SRTP_SUITES).optional(),
    fingerprint: z.string().optional()
      .describe("Of the certificate that the other side showed; with DTLS."),
  }).meta({ id: "Encryption" }),
);

export const recording = {
  off: z.strictObject({ name: z.literal("off") }),
  running: z.strictObject({ name: z.enum(RUNNING), path: z.string() }),
};

export const silenceFields = {
  since: ms.describe("ms since the epoch."),
  cause: z.enum(SILENCE_CAUSES),
  at: z.string().describe("The address that it is about, with its port; may be empty."),
  text: z.string().describe("One sentence."),
  hint: z.string().describe("What to do."),
};
const silence = exactly<Silence>()(
  z.strictObject(silenceFields).meta({ id: "Silence" }),
);
/** By direction. */
export const silences = z.strictObject({
  outgoing: silence.optional().describe("The other side hears nothing."),
  incoming: silence.optional().describe("We hear nothing."),
});

export const badSoundFields = {
  since: ms.describe("ms since the epoch."),
  cause: z.enum(BAD_SOUND_CAUSES),
  value: z.number().describe(
    "When it was told: percent of `loss`, `late` and `undecodable`, else ms.",
  ),
  text: z.string().describe("One sentence."),
  hint: z.string().describe("What to do."),
};
const badSound = exactly<BadSound>()(
  z.strictObject(badSoundFields).meta({ id: "BadSound" }),
);
/** By direction. */
export const badSounds = z.strictObject({
  outgoing: badSound.optional().describe("What the other side hears."),
  incoming: badSound.optional().describe("What we hear."),
});

export const callView = exactly<CallView>()(
  z.strictObject({
    id: z.string(),
    sipCallId: z.string().optional(),
    direction: z.enum(DIRECTIONS),
    account: z.string(),
    state: z.enum(CALL_STATES),
    local: party.optional(),
    remote: party,
    transport: transport.optional(),
    codec: z.string().optional(),
    security: z.enum(SECURITIES),
    encryption: encryption.optional().describe("Of the sound; absent: it is not encrypted."),
    startedAt: ms,
    answeredAt: ms.optional(),
    hold,
    muted: z.boolean(),
    recording: z.discriminatedUnion("name", [recording.off, recording.running]),
    transferTarget: z.string().optional(),
    transferAsked: z.string().optional(),
    referrer: z.string().optional(),
    report: mediaReport.optional(),
    silence: silences.optional().describe("Directions in which no sound arrives, and why."),
    badSound: badSounds.optional().describe("Directions that sound bad, and what of."),
  }).meta({ id: "Call" }),
);

export const outcome = z.enum(OUTCOMES);

export const callRecord = exactly<CallRecord>()(
  z.strictObject({
    outcome,
    sipStatus: count,
    reason: z.string(),
    endedBy: z.enum(ENDED_BY),
    error: errorJson.optional(),
    id: z.string(),
    sipCallId: z.string().optional(),
    direction: z.enum(DIRECTIONS),
    account: z.string(),
    local: party.optional(),
    remote: party,
    transport: transport.optional(),
    codec: z.string().optional(),
    encryption: encryption.optional().describe("Of the sound; absent: it was not encrypted."),
    startedAt: ms,
    answeredAt: ms.optional(),
    endedAt: ms,
    report: mediaReport.optional(),
    silence: silences.optional().describe("Directions without sound when it ended, and why."),
    badSound: badSounds.optional()
      .describe("Directions that sounded bad when it ended, and what of."),
    recording: z.string().optional(),
    recordingError: errorJson.optional(),
  }).meta({ id: "CallRecord" }),
);

export const keptFlow = exactly<KeptFlow>()(
  z.strictObject({
    transport,
    server: z.string().describe("As it is reached: numeric host and port."),
  }).meta({ id: "KeptFlow" }),
);

export const accountView = exactly<AccountView>()(
  z.strictObject({
    id: z.string(),
    uri: z.string(),
    registration,
    connected: z.boolean(),
    address: z.string().optional().describe("Ours, from which its server is reached."),
    flows: z.array(keptFlow).optional()
      .describe("By which it is reached as well (RFC 5626); absent: none."),
  }).meta({ id: "Account" }),
);

export const health = z.strictObject({
  works: z.boolean().describe("The process itself works; only this counts for the watchdog."),
  healthy: z.boolean().describe("The process works, and nothing that the phone needs is broken."),
  ready: z.boolean().describe("Healthy, and every account that should be registered is."),
  reasons: z.array(z.string()).describe("What is wrong, one sentence each; empty when ready."),
}).meta({ id: "Health" });

export const refusedCalls = z.int().positive().optional()
  .describe(
    "Calls since the start that were refused because their source may not call; absent if none.",
  );

/** What carries the phone's packets. */
const LINK_KINDS = [
  "wired",
  "wifi",
  "mobile",
  "vpn",
  "virtual",
  "loopback",
  "unknown",
] as const satisfies Names<7>;

export const link = z.strictObject({
  name: z.string().describe("As the system calls it: eth0."),
  kind: z.enum(LINK_KINDS),
  mtu: z.int().positive().optional().describe("Octets; absent: it may not be read."),
  addresses: z.array(z.string()),
}).meta({ id: "NetworkLink" });

export const snapshot = z.strictObject({
  accounts: z.array(accountView),
  calls: z.array(callView),
  doNotDisturb: z.boolean(),
  volume: z.number().describe("Volume of what is heard, dB."),
  speech: speech.describe("What our sound passes."),
  refusedCalls,
  health: health.optional().describe("Of a station."),
  links: z.array(link).optional().describe("Network links of a station's machine."),
}).meta({ id: "Snapshot" });
