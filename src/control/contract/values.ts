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
import { type Names } from "../../base/names/mod.ts";
import { SRTP_SUITES } from "../../core/media/mod.ts";
import { type AudioEndpoints, type Microphone, type Speaker } from "../../core/ports/mod.ts";
import { exactly } from "./exactly.ts";
import { mediaReport, speech } from "./media_values.ts";

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
