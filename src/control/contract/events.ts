/** The table of events: a schema for each, for `offhook schema` and for clients in other languages. */
import { z } from "zod";
import { DIGIT_WAYS } from "../../core/account/mod.ts";
import { DIRECTIONS, HOLD_WISHES } from "../../core/state/mod.ts";
import { ENDPOINT_NAMES, HEADSET_NOTICES } from "../../core/ports/mod.ts";
import type { Holds, Same } from "./exactly.ts";
import type { Sequenced } from "./phone.ts";
import { speech } from "./media_values.ts";
import {
  accountView,
  badSoundFields,
  callRecord,
  callView,
  errorJson,
  keptFlow,
  recording,
  registration,
  silenceFields,
} from "./values.ts";

const order = {
  seq: z.int().min(0).describe("Number of the event, in the order of all events."),
  at: z.number().describe("ms since the epoch."),
};
const id = z.string();
const status = z.int().min(0).describe("SIP status; 0 if there was no answer.");
const answer = { status, reason: z.string() };
const endpoint = z.enum(ENDPOINT_NAMES);
const digitWay = z.enum(DIGIT_WAYS);
const heardBy = z.enum(DIRECTIONS)
  .describe("incoming: we hear nothing; outgoing: the other side does not.");

export const EVENTS = {
  registration: told("registration", { account: id, registration }),
  connection: told("connection", {
    account: id,
    connected: z.boolean(),
    error: errorJson.optional(),
  }),
  address: told("address", {
    account: id,
    address: z.string().describe("Ours, from which the account's server is reached now."),
    before: z.string().describe("The one before it."),
  }),
  flows: told("flows", { account: id, flows: z.array(keptFlow) }),
  accounts: told("accounts", { accounts: z.array(accountView) }),
  "call.dialling": callEvent("call.dialling", {
    detail: z.strictObject({ referrer: id }).optional()
      .describe("Present if the other side of the call `referrer` transferred us."),
  }),
  "call.incoming": callEvent("call.incoming", {
    detail: z.strictObject({
      autoAnswerAfter: z.number().optional()
        .describe("ms after which the caller wants it to be answered automatically."),
      replaces: id.optional().describe("The call that it replaces (RFC 3891)."),
    }).optional(),
  }),
  "call.progress": callEvent("call.progress", { detail: z.strictObject(answer) }),
  "call.early-media": callEvent("call.early-media", { detail: z.strictObject(answer).optional() }),
  "call.answered": callEvent("call.answered", {}),
  "call.hold": callEvent("call.hold", {
    detail: z.strictObject({ refused: z.enum(HOLD_WISHES), ...answer }).optional()
      .describe("Present if the other side refused it."),
  }),
  "call.mute": callEvent("call.mute", {}),
  "call.security": callEvent("call.security", {}),
  "call.recording": callEvent("call.recording", {
    detail: z.discriminatedUnion("name", [
      recording.off.extend({ settled: z.literal(true).optional() }),
      recording.running.extend({ settled: z.literal(true).optional() }),
    ]).describe("settled: the file is now open, or complete."),
  }),
  "call.transfer": callEvent("call.transfer", {
    detail: z.strictObject({
      target: z.string().optional(),
      by: z.literal("remote").optional()
        .describe("The other side transfers us; absent: we transfer it."),
      asked: z.literal(true).optional().describe("A person is asked whether to follow it."),
      leg: id.optional().describe("The call that follows it."),
      status: status.optional(),
      reason: z.string().optional(),
      failed: z.literal(true).optional().describe("The transfer failed, and the call continues."),
      error: errorJson.optional(),
    }),
  }),
  "call.heard": callEvent("call.heard", {}),
  "call.silence": callEvent("call.silence", {
    detail: z.discriminatedUnion("silent", [
      z.strictObject({ direction: heardBy, silent: z.literal(true), ...silenceFields }),
      z.strictObject({ direction: heardBy, silent: z.literal(false), lastedMs: z.number() }),
    ]).describe("No sound arrives in a direction for three seconds, and why; or it does again."),
  }),
  "call.quality": callEvent("call.quality", {
    detail: z.discriminatedUnion("bad", [
      z.strictObject({ direction: heardBy, bad: z.literal(true), ...badSoundFields }),
      z.strictObject({ direction: heardBy, bad: z.literal(false), lastedMs: z.number() }),
    ]).describe(
      "A direction sounds bad for some seconds, and what of; or good again for fifteen.",
    ),
  }),
  "call.microphone-ended": callEvent("call.microphone-ended", {}),
  "call.digits-sent": callEvent("call.digits-sent", {
    detail: z.strictObject({
      digits: z.string(),
      by: digitWay.describe("The way that they went."),
    }),
  }),
  "call.digits-refused": callEvent("call.digits-refused", {
    detail: z.strictObject({
      by: digitWay.describe("The way that the other side did not take."),
      next: digitWay.optional()
        .describe("How the digits that are left are sent instead; absent: not at all."),
      status,
      reason: z.string(),
    }),
  }),
  "call.digit": callEvent("call.digit", {
    detail: z.strictObject({
      digit: z.string(),
      durationMs: z.number(),
      by: digitWay.describe("How it was received."),
    }),
  }),
  "call.endpoint": callEvent("call.endpoint", {
    detail: z.discriminatedUnion("working", [
      z.strictObject({ endpoint, working: z.literal(true) }),
      z.strictObject({ endpoint, working: z.literal(false), error: errorJson }),
    ]).describe("Whether it works; the call continues without it while it does not."),
  }),
  "call.media": callEvent("call.media", {}),
  "call.ending": callEvent("call.ending", {}),
  "call.ended": told("call.ended", { record: callRecord }),
  headset: told("headset", {
    headset: id,
    attached: z.boolean(),
    name: z.string().optional(),
    error: errorJson.optional(),
  }),
  "headset-notice": told("headset-notice", {
    headset: id,
    notice: z.enum(HEADSET_NOTICES),
    text: z.string(),
    hint: z.string().optional(),
  }),
  "do-not-disturb": told("do-not-disturb", { on: z.boolean() }),
  volume: told("volume", { volume: z.number().describe("dB.") }),
  speech: told("speech", { speech }),
  notice: told("notice", { text: z.string(), call: id.optional() }),
  lagged: told("lagged", { dropped: z.int().describe("At least this many events were dropped.") }),
} satisfies Record<Sequenced["type"], z.ZodObject>;

true satisfies Holds<Same<z.output<(typeof EVENTS)[keyof typeof EVENTS]>, Sequenced>>;

type One = (typeof EVENTS)[keyof typeof EVENTS];

/** Any event. */
export const event: z.ZodType<Sequenced> = z.discriminatedUnion(
  "type",
  Object.values(EVENTS) as [One, ...One[]],
);

function told<T extends string, Fields extends z.ZodRawShape>(type: T, fields: Fields) {
  return z.strictObject({ type: z.literal(type), ...fields, ...order });
}

/** Every call event carries the whole view of its call. */
function callEvent<T extends string, Fields extends z.ZodRawShape>(type: T, fields: Fields) {
  return told(type, { call: callView, ...fields });
}
