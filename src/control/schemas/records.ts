/** The JSON of `offhook history` and `offhook contacts`: one object a line. */
import { z } from "zod";
import { contact, contactHit, outcome, pastCall } from "../contract/mod.ts";

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();

/** A past call with times and names for people and for other programs. */
export const historySchema = z.object({
  schema: z.literal("offhook.history/1"),
  ...pastCall.shape,
  remote: z.object({ uri: z.string(), displayName: z.string().nullable() }),
  outcome: z.union([outcome, z.literal("live")]),
  startedAt: time,
  answeredAt: time.nullable(),
  endedAt: time.nullable().describe("Null: live, or nobody knows because the phone was killed."),
  durationMs: count.nullable().describe("From the answer to the end; 0 without an answer."),
});

export const contactSchema = z.object({
  schema: z.literal("offhook.contact/1"),
  contact,
  address: contactHit.shape.address,
  score: contactHit.shape.score.optional(),
});

export const contactsImportSchema = z.object({
  schema: z.literal("offhook.contacts-import/1"),
  added: count,
  merged: count.describe("Merged with a contact that existed already."),
  unchanged: count,
  problems: z.array(z.object({ line: z.int(), why: z.string() })),
  ignored: z.array(z.string()).describe("Columns of a table that nothing was made of."),
});
