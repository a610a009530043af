/**
 * The one description of the configuration. From it come the TypeScript types, the validation, the
 * JSON Schema (`offhook config schema`, `config/offhook.schema.json`) and the commented example
 * (`config/offhook.example.toml`).
 *
 *     TOML ── smol-toml ──► plain values ── overrides ──► configSchema ──► Config ──► Account
 *
 * Keys are in snake_case, as TOML files have them. Each key's description becomes its comment in
 * the example; `examples[0]` is the value shown there when there is no default. Secrets have no key:
 * only where to get them from.
 */
import { type JsonSchema, jsonSchema, type Shape, type ShapeOutput } from "./shape.ts";
import * as shape from "./shapes.ts";
import {
  formatHostPort,
  parseHostPort,
  parseWebSocketUrl,
  type WebSocketUrl,
} from "../../base/network/mod.ts";
import type { Names } from "../../base/names/mod.ts";
import {
  CODECS,
  DEFAULT_ENCRYPTION,
  ENCRYPTIONS,
  KEYINGS,
  TLS_VERSIONS,
  TRANSPORTS,
} from "../../core/account/mod.ts";
import { callsSchema } from "./calls_schema.ts";
import { ICE_POLICIES, iceSchema } from "./ice_schema.ts";
import {
  LOG_LEVELS,
  MAXIMUM_PIPE_RATE,
  MICROPHONE_SYNTAX,
  MINIMUM_PIPE_RATE,
  parseMicrophone,
  parseSpeaker,
  SPEAKER_SYNTAX,
} from "../values/mod.ts";
import { headsetSchema } from "./headset_schema.ts";
import { screenSchema } from "./screen_schema.ts";
import { stationSchema } from "./station_schema.ts";

const MOST_BACKUPS = 8;
const ACCOUNT_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** RFC 3261 §25.1 `user`, unescaped: what can stand before the @ of a SIP URI without escapes. */
const USER = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]+$/;
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** One line of text: what may end up in a header. */
const line = () =>
  shape.string().min(1).refine((text) => !CONTROL.test(text), {
    error: "allowed is one line without control characters",
  });

const path = () => line().meta({ examples: ["~/.config/offhook/file.pem"] });

function isServer(text: string): boolean {
  return parseHostPort(text) !== undefined;
}

function isWebSocketUrl(text: string): boolean {
  return parseWebSocketUrl(text) !== undefined;
}

function isProxy(text: string): boolean {
  if (isServer(text) || isWebSocketUrl(text)) return true;
  const uri = /^sips?:([^@;?]+)((?:;[^;?\s]+)*)$/i.exec(text);
  return uri !== null && isServer(uri[1]!);
}

function passes(check: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      check(text);
      return true;
    } catch {
      return false;
    }
  };
}

const isRegularExpression = passes((text) => new RegExp(text));

const endpointDefaults = { rate: 16000, loop: false };

const INCOMPLETE = "is missing: a certificate and its key belong together";

const tlsSchema = shape.table({
  ca_file: path().optional().describe(
    "PEM file of additional trusted CAs, for a server with a private CA.",
  ),
  cert_file: path().optional().describe("PEM file of a client certificate."),
  key_file: path().optional().describe("PEM file of the client certificate's key."),
  server_name: line().refine((name) => isServer(name) && !name.includes(":"), {
    error: "allowed is a host name",
  }).optional().describe(
    "Name to send (SNI) and to verify, if it is not the server's host name.",
  ).meta({ examples: ["sip.example.com"] }),
  min_version: shape.oneOf(TLS_VERSIONS).default("1.2").describe(
    "The oldest TLS version to accept.",
  ),
  pin: shape.string().regex(/^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/, {
    error: "allowed is a SHA-256 fingerprint: 64 hexadecimal digits, colons between bytes allowed",
  }).optional().describe(
    "SHA-256 fingerprint of the server's certificate, checked in addition to the chain.",
  ).meta({ examples: [Array(32).fill("AB").join(":")] }),
  verify: shape.boolean().default(true).describe(
    "False: do not verify the certificate; then any machine on the network path can listen in.",
  ),
}).refine(({ cert_file, key_file }) => cert_file !== undefined || key_file === undefined, {
  path: ["cert_file"],
  error: INCOMPLETE,
}).refine(({ cert_file, key_file }) => key_file !== undefined || cert_file === undefined, {
  path: ["key_file"],
  error: INCOMPLETE,
});

const dialRuleSchema = shape.table({
  match: shape.string().min(1).refine(isRegularExpression, {
    error: "allowed is a JavaScript regular expression",
  }).describe("Regular expression that must match the whole number.").meta({
    examples: ["0([1-9]\\d+)"],
  }),
  to: line().describe("What to dial instead; $1 is the first group.").meta({
    examples: ["+49$1"],
  }),
});

const PASSWORD_KEYS = [
  "password_file",
  "password_env",
  "password_command",
] as const satisfies Names<3>;

export const accountSchema = shape.table({
  user: line().regex(USER, { error: "allowed are the characters of a SIP user name, without @" })
    .describe("The account's user name or extension.").meta({ examples: ["alice"] }),
  auth_user: line().optional().describe(
    "User name for authentication, if it differs from user.",
  ).meta({ examples: ["alice-desk"] }),
  auth_realms: shape.array(line()).optional().describe(
    "Realms that may get the password, in addition to those that the server names at registration.",
  ).meta({ examples: [["voip.example.com"]] }),
  allow_md5: shape.boolean().default(true).describe(
    "False: never authenticate with MD5, only with SHA-256 or better.",
  ),
  encryption: shape.oneOf(ENCRYPTIONS).default(DEFAULT_ENCRYPTION).describe(
    "Of the sound, by SRTP. prefer: where both sides can; require: never without; off: never. " +
      "The keys are in the signalling, so without TLS or WSS prefer means unencrypted.",
  ),
  keying: shape.oneOf(KEYINGS).default("sdes").describe(
    "How our calls offer keys of the sound: sdes, in the signalling, or dtls, beside the sound, " +
      "where the signalling has only a certificate's fingerprint. Both are taken of a caller.",
  ),
  cleartext_keys: shape.boolean().default(false).describe(
    "True: send and take SRTP keys over signalling that is not encrypted, where anyone on the " +
      "network path can read them.",
  ),
  display_name: line().optional().describe("The name that others see.").meta({
    examples: ["Alice Smith"],
  }),
  server: shape.string().refine((text) => isServer(text) || isWebSocketUrl(text), {
    error:
      "allowed is HOST or HOST:PORT, an IPv6 address with a port in brackets, or wss://HOST:PORT/PATH",
  }).describe(
    "The server, as HOST or HOST:PORT. Without a port, DNS is asked (NAPTR, SRV). For SIP over " +
      "WebSocket, a URL: Asterisk and FreePBX serve wss://HOST:8089/ws.",
  ).meta({ examples: ["sip.example.com"] }),
  outbound_proxy: proxy().optional().describe(
    "Proxy that every request is sent to first: HOST[:PORT], a SIP URI or a WebSocket URL.",
  ).meta({
    examples: ["sbc.example.com:5060"],
  }),
  backup_proxies: shape.array(proxy()).max(MOST_BACKUPS).optional().describe(
    "Proxies that take over, in this order, when outbound_proxy (without one: the server) cannot " +
      "help. A server that keeps flows (RFC 5626) gets a registration by each of them at once.",
  ).meta({
    examples: [["sbc2.example.com:5060"]],
  }),
  transport: shape.oneOf(TRANSPORTS).optional().describe(
    "Default: from DNS, otherwise udp.",
  ).meta({ examples: ["tls"] }),
  register: shape.boolean().default(true).describe("False: make calls without registering."),
  registration_interval: shape.int().min(30).max(86400).default(600).describe(
    "Seconds between registrations; the server may ask for another value.",
  ),
  gruu: shape.boolean().default(false).describe(
    "True: name this phone in calls by the GRUU that the registrar grants (RFC 5627), so that a " +
      "transfer reaches this phone wherever it is. Many servers grant one and do not route it " +
      "inside calls: then hanging up does not reach this phone, so try it first.",
  ),
  codecs: shape.array(shape.oneOf(CODECS)).min(1).refine(
    (list) => new Set(list).size === list.length,
    {
      error: "each codec may be listed only once",
    },
  ).default([...CODECS]).describe("Codecs in the order of preference."),
  password_file: path().optional().describe(
    "File whose first line is the password; other users must not be able to read it (chmod 600).",
  ).meta({ examples: ["~/.config/offhook/alice.password"] }),
  password_env: shape.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    error: "allowed is the name of an environment variable",
  }).optional().describe("Environment variable that holds the password.").meta({
    examples: ["ALICE_SIP_PASSWORD"],
  }),
  password_command: shape.array(shape.string().min(1)).min(1).optional().describe(
    "Program and arguments that print the password; started without a shell.",
  ).meta({ examples: [["pass", "show", "sip/alice"]] }),
  ice: shape.oneOf(ICE_POLICIES).optional().describe(
    "ICE for this account's calls. Default: the policy under [ice].",
  ).meta({ examples: ["all"] }),
  dial_plan: shape.array(dialRuleSchema).default([]).describe(
    "Rules for dialled numbers; the first rule that matches the whole number is used.",
  ),
  tls: tlsSchema.orEmpty().describe("Settings of the transports tls and wss."),
}).refine((account) => PASSWORD_KEYS.filter((key) => account[key] !== undefined).length <= 1, {
  error: `only one of ${PASSWORD_KEYS.join(", ")} may be given`,
}).refine((account) => {
  const { transport } = account;
  return transport === undefined || (webSocketOf(account)?.transport ?? transport) === transport;
}, {
  path: ["transport"],
  error: "the WebSocket URL already gives the transport: leave it out",
});

function proxy(): Shape<string> {
  return shape.string().refine(isProxy, {
    error: "allowed is HOST, HOST:PORT, a SIP URI without a user, or wss://HOST:PORT/PATH",
  });
}

/** The WebSocket that an account's requests go to, if its proxy or server is one. */
export function webSocketOf(
  { server, outbound_proxy: proxy }: { server?: string; outbound_proxy?: string },
): WebSocketUrl | undefined {
  return parseWebSocketUrl(proxy ?? server ?? "");
}

export const configSchema = shape.table({
  default_account: shape.string().optional().describe(
    "The account to use unless --account names another. Default: the first.",
  ).meta({ examples: ["work"] }),
  accounts: shape.record(
    shape.string().regex(ACCOUNT_ID, {
      error: "an account's name has letters, digits, dots, - and _, at most 64",
    }),
    accountSchema,
  ).default({}).describe("One table for each account: [accounts.NAME]."),
  devices: shape.table({
    microphone: line().optional().describe(
      "Name or id of the microphone, as `offhook devices` shows it. Default: that of the system.",
    ).meta({ examples: ["Jabra Evolve2 65"] }),
    speaker: line().optional().describe(
      "Name or id of the speaker, likewise. Default: that of the system.",
    )
      .meta({ examples: ["Jabra Evolve2 65"] }),
  }).orEmpty().describe("The sound devices that `device` stands for."),
  audio: shape.table({
    mic: shape.string().refine(passes((text) => parseMicrophone(text, endpointDefaults)), {
      error: `allowed are ${MICROPHONE_SYNTAX}`,
    }).default("device").describe(`What calls send, unless --mic is given: ${MICROPHONE_SYNTAX}.`),
    speaker: shape.string().refine(passes((text) => parseSpeaker(text, endpointDefaults)), {
      error: `allowed are ${SPEAKER_SYNTAX}`,
    }).default("device").describe(
      `Where calls are played, unless --speaker is given: ${SPEAKER_SYNTAX}.`,
    ),
    rate: shape.int().min(MINIMUM_PIPE_RATE).max(MAXIMUM_PIPE_RATE).default(16000).describe(
      "Samples per second of pipes (s16le, mono).",
    ),
  }).orEmpty().describe("Audio endpoints of calls."),
  headset: headsetSchema,
  calls: callsSchema,
  ice: iceSchema,
  station: stationSchema,
  screen: screenSchema,
  logging: shape.table({
    level: shape.oneOf(LOG_LEVELS).default("warning").describe("The lowest level that is logged."),
    file: path().optional().describe("Log file. Default: standard error.").meta({
      examples: ["~/.local/state/offhook/offhook.log"],
    }),
  }).orEmpty().describe("The log; it never contains secrets."),
}).refine((config) => hasDefaultAccount(config), {
  path: ["default_account"],
  error: (config) => `allowed are the existing accounts: ${accountNames(config)}`,
  always: true,
});

function accountNames(config: unknown): string {
  const { accounts } = config as { accounts?: Record<string, unknown> };
  const names = Object.keys(accounts ?? {}).filter((name) => ACCOUNT_ID.test(name));
  return names.join(", ") || "none yet";
}

/** Also called while other values are wrong, so that all errors are found at once. */
function hasDefaultAccount(config: { default_account?: unknown; accounts?: unknown }): boolean {
  const { default_account: name, accounts } = config;
  if (typeof name !== "string" || typeof accounts !== "object" || accounts === null) return true;
  return Object.hasOwn(accounts, name);
}

export type Config = ShapeOutput<typeof configSchema>;
export type AccountConfig = ShapeOutput<typeof accountSchema>;

/** JSON Schema (draft 2020-12) of a configuration file. */
export function configJsonSchema(): JsonSchema {
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  return { title: "offhook configuration", $schema, ...jsonSchema(configSchema) };
}

/**
 * `server` in the form that the rest of the project compares: brackets only where needed; of a
 * WebSocket's URL the host, which is the domain of its addresses.
 */
export function canonicalServer(server: string): string {
  const url = parseWebSocketUrl(server);
  return formatHostPort(url === undefined ? parseHostPort(server)! : { host: url.host });
}
