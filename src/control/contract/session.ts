/**
 * The methods of a connection itself, in the same form as those of the phone: who it is, what it is told.
 * `initialize` comes first and gives the role; every other method needs it.
 */
import { z } from "zod";
import { ROLES } from "../../base/mod.ts";
import { snapshot } from "./values.ts";

const seq = z.int().min(0);
const nothing = z.object({});

export const initialized = z.strictObject({
  version: z.int(),
  station: z.strictObject({ name: z.string(), version: z.string(), pid: z.int() }),
  role: z.enum(ROLES).describe("What this connection may do."),
  seq: seq.describe("The event that was the last one."),
});

export const subscribed = z.strictObject({
  snapshot,
  seq: seq.describe("The events after this one follow."),
});

/** Fields that these do not know are ignored: a newer client may send more. */
export const SESSION_METHODS = {
  initialize: {
    params: z.object({
      version: z.int().describe("Of the protocol: 1."),
      token: z.string().optional().describe("Over TCP: which role. Absent on the Unix socket."),
    }),
    result: initialized,
    least: null,
    does: "begins: checks version and token, and gives the connection its role",
  },
  subscribe: {
    params: z.object({
      since: z.number("a number is expected").optional()
        .describe("Sends what came after this event first, as far as it is still remembered."),
      filter: z.array(z.string(), "a list of event types is expected").optional().describe(
        "Only these types; call: every event of calls. lagged always comes.",
      ),
    }),
    result: subscribed,
    least: "viewer",
    does: "sends events from now on, as notifications `event`",
  },
  unsubscribe: {
    params: nothing,
    result: z.strictObject({}),
    least: "viewer",
    does: "sends no more events",
  },
  levels: {
    params: z.object({ on: z.boolean("true or false") }),
    result: z.strictObject({}),
    least: "viewer",
    does:
      "sends level meters of every call ten times a second, as notifications `levels`, or stops",
  },
} as const;

export type SessionMethod = keyof typeof SESSION_METHODS;

/** What the notification `levels` carries. */
export const levels = z.strictObject({
  levels: z.array(z.strictObject({
    call: z.string(),
    sent: z.number().describe("dBFS of the last 100 ms; -90 is silence, also while muted."),
    received: z.number().describe("dBFS."),
  })),
});
