/**
 * A call's sound over a WebSocket of its own: the address and the messages.
 *
 *     /audio?call=ID&rate=16000&instead=0
 *     binary frames: s16le mono, both ways
 *     text frames, to the client: {"type": "joined" | "room" | "ended" | "refused", …}
 */
import { z } from "zod";
import { MAXIMUM_AUDIO_RATE, MINIMUM_AUDIO_RATE } from "../wire/mod.ts";
import type { Names, Role } from "../../base/names/mod.ts";
import { errorJson } from "./values.ts";

/** Who may hear and speak in any call, unnoticed: more than who makes calls of his own. */
export const AUDIO_LEAST: Role = "supervisor";

export const AUDIO_PATH = "/audio";

const BITS = ["0", "1"] as const satisfies Names<2>;

export const audioQuery = z.strictObject({
  call: z.string().min(1),
  rate: z.coerce.number().int().min(MINIMUM_AUDIO_RATE).max(MAXIMUM_AUDIO_RATE).default(16_000)
    .describe("Hz, both ways."),
  instead: z.enum(BITS).default("0")
    .describe("1: the program's sound replaces the microphone, even while it is silent."),
});

export const audioMessage = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("joined"),
    attachment: z.string(),
    call: z.string(),
    rate: z.int(),
  }).describe("The first message: samples are sent from now on."),
  z.strictObject({ type: z.literal("room"), samples: z.int().positive() })
    .describe("The client may send this many more samples; any beyond are dropped and counted."),
  z.strictObject({
    type: z.literal("ended"),
    lost: z.int().min(0).describe("Samples that the client did not read in time."),
    refused: z.int().min(0).describe("Samples that the client sent beyond its allowance."),
  }).describe("The last message: the call has ended."),
  z.strictObject({ type: z.literal("refused"), error: errorJson }).describe(
    "The only message: the program may not join.",
  ),
]);

export type AudioMessage = z.infer<typeof audioMessage>;
