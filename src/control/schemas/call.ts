/** The JSON of one call: `offhook dial --json`, and one line a call of `offhook answer --json`. */
import { z } from "zod";
import { TRANSPORTS } from "../../core/account/mod.ts";
import { ENDED_BY, SECURITIES } from "../../core/state/mod.ts";
import {
  badSounds,
  encryption,
  errorJson,
  filterTimes,
  iceReport,
  outcome,
  silences,
  soundQuality,
} from "../contract/mod.ts";

export const callReportSchema = z.object({
  schema: z.literal("offhook.call/1"),
  outcome,
  sipStatus: z.int().describe("The final SIP status; 0 when there was none."),
  reason: z.string().describe("Its reason phrase, or why there was none."),
  callId: z.string().nullable().describe("The SIP Call-ID; null when nothing was sent."),
  local: z.string().nullable().describe("Our URI in the call."),
  remote: z.string().describe("The other side's URI."),
  transport: z.enum(TRANSPORTS).nullable(),
  codec: z.string().nullable().describe("The codec that we sent; null when there was no sound."),
  security: z.enum(SECURITIES).describe("Of the sound, not of the signalling."),
  encryption: encryption.nullable().describe("Of the sound; null: it was not encrypted."),
  setupMs: z.int().nonnegative().describe("From dialling or ringing to the answer, or to the end."),
  durationMs: z.int().nonnegative().describe("From the answer to the end; 0 without an answer."),
  media: z.object({
    sent: z.int().nonnegative().describe("RTP packets."),
    received: z.int().nonnegative().describe("RTP packets."),
    heard: z.boolean().describe("Whether any of them came; false: no sound was received."),
    lost: z.int().nonnegative().describe("Expected but not received (RFC 3550 A.3)."),
    late: z.int().nonnegative().describe("Received too late to be played."),
    undecodable: z.int().nonnegative().describe("Packets that the codec could make nothing of."),
    concealedMs: z.int().nonnegative()
      .describe("Sound made up because none was there in time; suppressed silence among it."),
    jitterMs: z.number().nonnegative().describe("Interarrival jitter (RFC 3550 6.4.1)."),
    ice: iceReport.nullable().describe("The way that ICE found; null when the call did without."),
    longestSilenceMs: z.int().nonnegative().describe(
      "Longest time without a packet of the other side while one was due.",
    ),
    remoteLongestSilenceMs: z.int().nonnegative().nullable().describe(
      "Longest time that nothing of ours arrived there, by its reports; null: it sent none.",
    ),
    quality: soundQuality.nullable().describe("By the E-model; null: nothing was measured."),
    filters: z.array(filterTimes).optional()
      .describe("Filters of our sound that were on; absent: none."),
    silence: silences.describe("Directions without sound when the call ended, and why."),
    badSound: badSounds.describe("Directions that sounded bad when the call ended, and what of."),
  }),
  dtmf: z.object({ sent: z.string(), received: z.string() }),
  endedBy: z.enum(ENDED_BY),
  recordingError: errorJson.optional()
    .describe("Why the recording, or the speaker's file, is cut: its code gives the exit status."),
  error: errorJson.optional().describe("Why, when the call failed."),
});

export type CallReport = z.infer<typeof callReportSchema>;
