/** The `[ice]` table: how calls find their way through NATs, and which servers may be asked. */
import { z } from "zod";
import type { Names } from "../../base/names/mod.ts";
import { parseStunUrl, parseTurnUrl } from "../values/mod.ts";

/** `off`: no ICE at all. */
export const ICE_POLICIES = ["off", "all", "relay"] as const satisfies Names<3>;

const STUN_SYNTAX = "stun:HOST or stun:HOST:PORT";
const TURN_SYNTAX = "turn:HOST[:PORT], turn:HOST[:PORT]?transport=tcp or turns:HOST[:PORT]";
const PASSWORD_KEYS = [
  "password_file",
  "password_env",
  "password_command",
] as const satisfies Names<3>;

const turnServer = z.strictObject({
  url: z.string().refine((text) => parseTurnUrl(text) !== undefined, {
    error: `allowed is ${TURN_SYNTAX}`,
  }).describe(`The server: ${TURN_SYNTAX}.`).meta({
    examples: ["turns:turn.example.com?transport=tcp"],
  }),
  username: z.string().min(1).max(500).describe(
    "User name; of time-limited credentials, the name with the time.",
  ).meta({ examples: ["alice"] }),
  password_file: z.string().min(1).optional().describe("File whose first line is the password.")
    .meta({ examples: ["~/.config/offhook/turn.password"] }),
  password_env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    error: "allowed is the name of an environment variable",
  }).optional().describe("Environment variable that holds the password.").meta({
    examples: ["TURN_PASSWORD"],
  }),
  password_command: z.array(z.string().min(1)).min(1).optional().describe(
    "Program and arguments that print the password; started for each call, without a shell.",
  ).meta({ examples: [["pass", "show", "turn/alice"]] }),
}).refine((server) => PASSWORD_KEYS.filter((key) => server[key] !== undefined).length === 1, {
  error: `one of ${PASSWORD_KEYS.join(", ")} must be given`,
});

export const iceSchema = z.strictObject({
  policy: z.enum(ICE_POLICIES).default("off").describe(
    "off: no ICE. all: try every address. relay: calls go through a TURN server only, so that " +
      "the other side never learns our address.",
  ),
  stun: z.array(
    z.string().refine((text) => parseStunUrl(text) !== undefined, {
      error: `allowed is ${STUN_SYNTAX}`,
    }),
  ).default([]).describe(
    `STUN servers that tell which address others see: ${STUN_SYNTAX}. No other server is asked.`,
  ),
  turn: z.array(turnServer).default([]).describe("TURN servers that relay calls."),
}).prefault({}).describe("ICE: finds a way through NATs and firewalls for a call's sound.");

export type IceConfig = z.output<typeof iceSchema>;
export type TurnServerConfig = IceConfig["turn"][number];
