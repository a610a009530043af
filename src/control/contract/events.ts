/** zod schemas of every event, for `offhook schema` and for clients in other languages. */
import { z } from "zod";
import type { CallEventType } from "../../core/state/state.ts";
import type { Sequenced } from "./phone.ts";
import { accountView, callRecord, callView, errorJson, registration } from "./values.ts";

const CALL_EVENTS = [
  "call.dialling",
  "call.incoming",
  "call.progress",
  "call.early-media",
  "call.answered",
  "call.hold",
  "call.mute",
  "call.recording",
  "call.transfer",
  "call.heard",
  "call.microphone-ended",
  "call.digits-sent",
  "call.digit",
  "call.endpoint",
  "call.media",
  "call.ending",
] as const satisfies CallEventType[];

const order = { seq: z.int().min(0), at: z.number() };

export const event: z.ZodType<Sequenced> = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("registration"), account: z.string(), registration, ...order }),
  z.strictObject({
    type: z.literal("connection"),
    account: z.string(),
    connected: z.boolean(),
    error: errorJson.optional(),
    ...order,
  }),
  z.strictObject({
    type: z.enum(CALL_EVENTS),
    call: callView,
    detail: z.record(z.string(), z.unknown()).optional(),
    ...order,
  }),
  z.strictObject({ type: z.literal("call.ended"), record: callRecord, ...order }),
  z.strictObject({
    type: z.literal("headset"),
    headset: z.string(),
    attached: z.boolean(),
    name: z.string().optional(),
    error: errorJson.optional(),
    ...order,
  }),
  z.strictObject({
    type: z.literal("headset-notice"),
    headset: z.string(),
    notice: z.enum([
      "unmute-refused",
      "contested",
      "let-go",
      "outside-write",
      "permission-denied",
      "failed",
    ]),
    text: z.string(),
    hint: z.string().optional(),
    ...order,
  }),
  z.strictObject({ type: z.literal("accounts"), accounts: z.array(accountView), ...order }),
  z.strictObject({ type: z.literal("do-not-disturb"), on: z.boolean(), ...order }),
  z.strictObject({ type: z.literal("volume"), volume: z.number(), ...order }),
  z.strictObject({
    type: z.literal("notice"),
    text: z.string(),
    call: z.string().optional(),
    ...order,
  }),
  z.strictObject({ type: z.literal("lagged"), dropped: z.int(), ...order }),
]);
