/** The `[ice]` table: how calls find their way through NATs, and which servers may be asked. */
import type { ShapeOutput } from "./shape.ts";
import * as shape from "./shapes.ts";
import type { Names } from "../../base/names/mod.ts";
import { parseHostPort } from "../../base/network/mod.ts";

/** `off`: no ICE at all. */
export const ICE_POLICIES = ["off", "all", "relay"] as const satisfies Names<3>;

/** RFC 7064 §3.2, RFC 7065 §3.2. */
const PORT = 3478;
const TLS_PORT = 5349;
const STUN_SYNTAX = "stun:HOST or stun:HOST:PORT";
const TURN_SYNTAX = "turn:HOST[:PORT], turn:HOST[:PORT]?transport=tcp or turns:HOST[:PORT]";
const PASSWORD_KEYS = [
  "password_file",
  "password_env",
  "password_command",
] as const satisfies Names<3>;

export interface StunUrl {
  host: string;
  port: number;
}

export interface TurnUrl extends StunUrl {
  protocol: "udp" | "tcp" | "tls";
}

/** RFC 7064; undefined when it is none. */
export function parseStunUrl(text: string): StunUrl | undefined {
  const place = parseHostPort(/^stun:(.+)$/i.exec(text)?.[1] ?? "");
  return place === undefined ? undefined : { host: place.host, port: place.port ?? PORT };
}

/** RFC 7065; undefined when it is none, or one that is not spoken (TURN over DTLS). */
export function parseTurnUrl(text: string): TurnUrl | undefined {
  const [, secure, where = "", transport] =
    /^turn(s?):([^?]+)(?:\?transport=(udp|tcp))?$/i.exec(text) ?? [];
  const place = parseHostPort(where);
  const wanted = transport?.toLowerCase();
  if (place === undefined || (secure !== "" && wanted === "udp")) return undefined;
  const protocol = secure !== "" ? "tls" : wanted === "tcp" ? "tcp" : "udp";
  return { host: place.host, port: place.port ?? (secure !== "" ? TLS_PORT : PORT), protocol };
}

const turnServer = shape.table({
  url: shape.string().refine((text) => parseTurnUrl(text) !== undefined, {
    error: `allowed is ${TURN_SYNTAX}`,
  }).describe(`The server: ${TURN_SYNTAX}.`).meta({
    examples: ["turns:turn.example.com?transport=tcp"],
  }),
  username: shape.string().min(1).max(500).describe(
    "User name; of time-limited credentials, the name with the time.",
  ).meta({ examples: ["alice"] }),
  password_file: shape.string().min(1).optional().describe("File whose first line is the password.")
    .meta({ examples: ["~/.config/offhook/turn.password"] }),
  password_env: shape.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    error: "allowed is the name of an environment variable",
  }).optional().describe("Environment variable that holds the password.").meta({
    examples: ["TURN_PASSWORD"],
  }),
  password_command: shape.array(shape.string().min(1)).min(1).optional().describe(
    "Program and arguments that print the password; started for each call, without a shell.",
  ).meta({ examples: [["pass", "show", "turn/alice"]] }),
}).refine((server) => PASSWORD_KEYS.filter((key) => server[key] !== undefined).length === 1, {
  error: `one of ${PASSWORD_KEYS.join(", ")} must be given`,
});

export const iceSchema = shape.table({
  policy: shape.oneOf(ICE_POLICIES).default("off").describe(
    "off: no ICE. all: try every address. relay: calls go through a TURN server only, so that " +
      "the other side never learns our address.",
  ),
  stun: shape.array(
    shape.string().refine((text) => parseStunUrl(text) !== undefined, {
      error: `allowed is ${STUN_SYNTAX}`,
    }),
  ).default([]).describe(
    `STUN servers that tell which address others see: ${STUN_SYNTAX}. No other server is asked.`,
  ),
  turn: shape.array(turnServer).default([]).describe("TURN servers that relay calls."),
}).orEmpty().describe("ICE: finds a way through NATs and firewalls for a call's sound.");

export type IceConfig = ShapeOutput<typeof iceSchema>;
export type TurnServerConfig = IceConfig["turn"][number];
