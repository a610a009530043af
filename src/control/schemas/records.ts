/** The JSON of `offhook history` and `offhook contacts`: one object a line. */
import { z } from "zod";
import { DIRECTIONS, ENDED_BY } from "../../core/state/mod.ts";
import { contact, outcome } from "../contract/mod.ts";

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();

export const historySchema = z.object({
  schema: z.literal("offhook.history/1"),
  id: z.string(),
  sipCallId: z.string().nullable(),
  account: z.string(),
  direction: z.enum(DIRECTIONS),
  remote: z.object({ uri: z.string(), displayName: z.string().nullable() }),
  outcome: z.union([outcome, z.literal("live")]),
  sipStatus: z.int().describe("Final SIP status; 0 when there was none."),
  reason: z.string(),
  startedAt: time,
  answeredAt: time.nullable(),
  endedAt: time.nullable().describe("Null: live, or nobody knows because the phone was killed."),
  durationMs: count.nullable().describe("From the answer to the end; 0 without an answer."),
  codec: z.string().nullable(),
  quality: z.object({
    sent: count,
    received: count,
    lost: count,
    jitterMs: z.number(),
    mos: z.number().nullable().describe("1 to 5; null: not measured."),
  }).nullable(),
  recording: z.string().nullable(),
  endedBy: z.enum(ENDED_BY),
});

export const contactSchema = z.object({
  schema: z.literal("offhook.contact/1"),
  contact,
  address: z.object({ value: z.string() }).loose().optional().describe("The one that fits best."),
  score: z.int().optional().describe("1 to 1000: how well it fits what was searched."),
});

export const contactsImportSchema = z.object({
  schema: z.literal("offhook.contacts-import/1"),
  added: count,
  merged: count.describe("Merged with a contact that existed already."),
  unchanged: count,
  problems: z.array(z.object({ line: z.int(), why: z.string() })),
  ignored: z.array(z.string()).describe("Columns of a table that nothing was made of."),
});
