/**
 * The methods of a connection itself, in the same form as those of the phone: who it is, what it is told.
 * `initialize` comes first and gives the role; every other method needs it.
 */
import { z } from "zod";
import { ROLES } from "../../base/names/mod.ts";
import { snapshot } from "./values.ts";

const seq = z.int().min(0);
const nothing = z.object({});

export const initialized = z.strictObject({
  version: z.int(),
  station: z.strictObject({ name: z.string(), version: z.string(), pid: z.int() }),
  role: z.enum(ROLES).describe("What this connection may do."),
  seq: seq.describe("Number of the latest event."),
});

export const subscribed = z.strictObject({
  snapshot,
  seq: seq.describe("Number of the latest event; later ones are sent."),
});

/** Fields that these do not know are ignored: a newer client may send more. */
export const SESSION_METHODS = {
  initialize: {
    params: z.object({
      version: z.int().describe("Version of the protocol: 1."),
      token: z.string().optional().describe(
        "Needed over TCP, where it decides the role; absent on the Unix socket.",
      ),
    }),
    result: initialized,
    least: null,
    does: "comes first: checks version and token, and gives the connection its role",
  },
  subscribe: {
    params: z.object({
      since: z.number("a number is expected").optional()
        .describe("First sends the events after this one, if the station still remembers them."),
      filter: z.array(z.string(), "a list of event types is expected").optional().describe(
        "Sends only these types; `call` stands for every event of calls. `lagged` is always sent.",
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
    does: "stops sending events",
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
