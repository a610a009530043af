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
import { z } from "zod";
import type { Names } from "../../base/names/mod.ts";
import {
  CODECS,
  DEFAULT_CODECS,
  DEFAULT_ENCRYPTION,
  DTMF_WISHES,
  ENCRYPTIONS,
  KEYINGS,
  TLS_VERSIONS,
  TRANSPORTS,
} from "../../core/account/mod.ts";
import {
  ECHO_WAYS,
  OPUS_BITRATES,
  RECORDING_FORMATS,
  TONE_COUNTRIES,
} from "../../core/media/mod.ts";
import { callsSchema } from "./calls_schema.ts";
import { ICE_POLICIES, iceSchema } from "./ice_schema.ts";
import {
  isHostName,
  isLine,
  isMicrophone,
  isServer,
  isSipProxy,
  isSpeaker,
  isWebSocketUrl,
  LOG_LEVELS,
  MAXIMUM_PIPE_RATE,
  MICROPHONE_SYNTAX,
  MINIMUM_PIPE_RATE,
  REGISTRATION_INTERVAL,
  SPEAKER_SYNTAX,
  USER_NAME,
  webSocketOf,
} from "../values/mod.ts";
import { headsetSchema } from "./headset_schema.ts";
import { ringSchema } from "./ring_schema.ts";
import { screenSchema } from "./screen_schema.ts";
import { stationSchema } from "./station_schema.ts";

const MOST_BACKUPS = 8;
const ACCOUNT_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** One line of text: what may end up in a header. */
/** One name, or several, the preferred first. */
const deviceNames = () => z.union([line(), z.array(line()).min(1)]);

const line = () =>
  z.string().min(1).refine(isLine, {
    error: "allowed is one line without control characters",
  });

const path = () => line().meta({ examples: ["~/.config/offhook/file.pem"] });

function isCollector(text: string): boolean {
  const uri = /^sips?:(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/%]+@)?([^@;?]+)((?:;[^;?\s]+)*)$/i.exec(text);
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

/** Whose tones are played, or that none are. */
const TONE_WISHES = [...TONE_COUNTRIES, "none"] as const satisfies Names<40>;

const tlsSchema = z.strictObject({
  ca_file: path().optional().describe(
    "PEM file of additional trusted CAs, for a server with a private CA.",
  ),
  cert_file: path().optional().describe("PEM file of a client certificate."),
  key_file: path().optional().describe("PEM file of the client certificate's key."),
  server_name: line().refine(isHostName, {
    error: "allowed is a host name",
  }).optional().describe(
    "Name to send (SNI) and to verify, if it is not the server's host name.",
  ).meta({ examples: ["sip.example.com"] }),
  min_version: z.enum(TLS_VERSIONS).default("1.2").describe("The oldest TLS version to accept."),
  pin: z.string().regex(/^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/, {
    error: "allowed is a SHA-256 fingerprint: 64 hexadecimal digits, colons between bytes allowed",
  }).optional().describe(
    "SHA-256 fingerprint of the server's certificate, checked in addition to the chain.",
  ).meta({ examples: [Array(32).fill("AB").join(":")] }),
  verify: z.boolean().default(true).describe(
    "False: do not verify the certificate; then any machine on the network path can listen in.",
  ),
}).superRefine(({ cert_file, key_file }, context) => {
  if ((cert_file === undefined) === (key_file === undefined)) return;
  const missing = cert_file === undefined ? "cert_file" : "key_file";
  const message = "is missing: a certificate and its key belong together";
  context.addIssue({ code: "custom", path: [missing], message });
});

const dialRuleSchema = z.strictObject({
  match: z.string().min(1).refine(isRegularExpression, {
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

export const accountSchema = z.strictObject({
  user: line().regex(USER_NAME, {
    error: "allowed are the characters of a SIP user name, without @",
  })
    .describe("The account's user name or extension.").meta({ examples: ["alice"] }),
  auth_user: line().optional().describe(
    "User name for authentication, if it differs from user.",
  ).meta({ examples: ["alice-desk"] }),
  auth_realms: z.array(line()).optional().describe(
    "Realms that may get the password, in addition to those that the server names at registration.",
  ).meta({ examples: [["voip.example.com"]] }),
  allow_md5: z.boolean().default(true).describe(
    "False: never authenticate with MD5, only with SHA-256 or better.",
  ),
  encryption: z.enum(ENCRYPTIONS).default(DEFAULT_ENCRYPTION).describe(
    "Of the sound, by SRTP. prefer: where both sides can; require: never without; off: never. " +
      "The keys are in the signalling, so without TLS or WSS prefer means unencrypted.",
  ),
  keying: z.enum(KEYINGS).default("sdes").describe(
    "How our calls offer keys of the sound: sdes, in the signalling, or dtls, beside the sound, " +
      "where the signalling has only a certificate's fingerprint. Both are taken of a caller.",
  ),
  cleartext_keys: z.boolean().default(false).describe(
    "True: send and take SRTP keys over signalling that is not encrypted, where anyone on the " +
      "network path can read them.",
  ),
  display_name: line().optional().describe("The name that others see.").meta({
    examples: ["Alice Smith"],
  }),
  server: z.string().refine((text) => isServer(text) || isWebSocketUrl(text), {
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
  backup_proxies: z.array(proxy()).max(MOST_BACKUPS).optional().describe(
    "Proxies that take over, in this order, when outbound_proxy (without one: the server) cannot " +
      "help. A server that keeps flows (RFC 5626) gets a registration by each of them at once.",
  ).meta({
    examples: [["sbc2.example.com:5060"]],
  }),
  transport: z.enum(TRANSPORTS).optional().describe(
    "Default: from DNS, otherwise udp.",
  ).meta({ examples: ["tls"] }),
  register: z.boolean().default(true).describe("False: make calls without registering."),
  registration_interval: z.int().min(REGISTRATION_INTERVAL.min).max(REGISTRATION_INTERVAL.max)
    .default(600).describe(
      "Seconds between registrations; the server may ask for another value.",
    ),
  gruu: z.boolean().default(false).describe(
    "True: name this phone in calls by the GRUU that the registrar grants (RFC 5627), so that a " +
      "transfer reaches this phone wherever it is. Many servers grant one and do not route it " +
      "inside calls: then hanging up does not reach this phone, so try it first.",
  ),
  quality_collector: z.string().refine(isCollector, {
    error: "allowed is a SIP URI: sip:NAME@HOST or sip:HOST",
  }).optional().describe(
    "SIP URI that gets a report of the sound of each call by PUBLISH (RFC 6035, vq-rtcpxr): who " +
      "spoke to whom, when, and how it sounded. One that refuses them gets no more.",
  ).meta({ examples: ["sip:vq@example.com"] }),
  codecs: z.array(z.enum(CODECS)).min(1).refine((list) => new Set(list).size === list.length, {
    error: "each codec may be listed only once",
  }).default([...DEFAULT_CODECS]).describe(
    "Codecs in the order of preference. L16, sound as it is, takes 768 kbit/s at 48 kHz.",
  ),
  opus_bitrate: z.int().min(OPUS_BITRATES.least).max(OPUS_BITRATES.most).optional().describe(
    "Most bits per second of Opus, in both directions. Default: 32000, and 48000 while packets are " +
      "lost; what the other side asks for stays the limit.",
  ).meta({ examples: [24_000] }),
  opus_dtx: z.boolean().default(false).describe(
    "True: ask for pauses to be left out of Opus (DTX), and leave them out for whoever asks.",
  ),
  comfort_noise: z.boolean().default(false).describe(
    "Send pauses as comfort noise (RFC 3389), some octets instead of sound, where G.711 or L16 at " +
      "8 kHz is spoken and the other side takes it. What comes is played in any case.",
  ),
  dtmf: z.enum(DTMF_WISHES).default("auto").describe(
    "How digits are sent. auto: as telephone-events (rfc4733) where the other side takes them, " +
      "otherwise by SIP INFO (info), and as tones in the sound (inband) where INFO is refused. " +
      "Digits are received in all three ways.",
  ),
  password_file: path().optional().describe(
    "File whose first line is the password; other users must not be able to read it (chmod 600).",
  ).meta({ examples: ["~/.config/offhook/alice.password"] }),
  password_env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    error: "allowed is the name of an environment variable",
  }).optional().describe("Environment variable that holds the password.").meta({
    examples: ["ALICE_SIP_PASSWORD"],
  }),
  password_command: z.array(z.string().min(1)).min(1).optional().describe(
    "Program and arguments that print the password; started without a shell.",
  ).meta({ examples: [["pass", "show", "sip/alice"]] }),
  ice: z.enum(ICE_POLICIES).optional().describe(
    "ICE for this account's calls. Default: the policy under [ice].",
  ).meta({ examples: ["all"] }),
  dial_plan: z.array(dialRuleSchema).default([]).describe(
    "Rules for dialled numbers; the first rule that matches the whole number is used.",
  ),
  tls: tlsSchema.prefault({}).describe("Settings of the transports tls and wss."),
}).refine((account) => PASSWORD_KEYS.filter((key) => account[key] !== undefined).length <= 1, {
  error: `only one of ${PASSWORD_KEYS.join(", ")} may be given`,
}).refine((account) => {
  const { transport } = account;
  return transport === undefined || (webSocketOf(account)?.transport ?? transport) === transport;
}, {
  path: ["transport"],
  error: "the WebSocket URL already gives the transport: leave it out",
});

function proxy(): z.ZodString {
  return z.string().refine((text) => isSipProxy(text) || isWebSocketUrl(text), {
    error: "allowed is HOST, HOST:PORT, a SIP URI without a user, or wss://HOST:PORT/PATH",
  });
}

export const configSchema = z.strictObject({
  default_account: z.string().optional().describe(
    "The account to use unless --account names another. Default: the first.",
  ).meta({ examples: ["work"] }),
  accounts: z.record(
    z.string().regex(ACCOUNT_ID, {
      error: "an account's name has letters, digits, dots, - and _, at most 64",
    }),
    accountSchema,
  ).default({}).describe("One table for each account: [accounts.NAME]."),
  devices: z.strictObject({
    microphone: deviceNames().optional().describe(
      "Name or id of the microphone, as `offhook devices` shows it, or a list of them: the first " +
        "that is there is used. Default: that of the system.",
    ).meta({ examples: ["Jabra Evolve2 65", ["Jabra Evolve2 65", "*USB*", "default"]] }),
    speaker: deviceNames().optional().describe(
      "Name or id of the speaker, or a list, likewise. Default: that of the system.",
    )
      .meta({ examples: ["Jabra Evolve2 65"] }),
    ringer: deviceNames().optional().describe(
      "Name or id of the speaker on which incoming calls ring, a list, or none. Default: where " +
        "calls are heard.",
    ).meta({ examples: ["MacBook Pro Speakers"] }),
  }).prefault({}).describe("The sound devices that `device` stands for."),
  audio: z.strictObject({
    mic: z.string().refine(isMicrophone, {
      error: `allowed are ${MICROPHONE_SYNTAX}`,
    }).default("device").describe(`What calls send, unless --mic is given: ${MICROPHONE_SYNTAX}.`),
    speaker: z.string().refine(isSpeaker, {
      error: `allowed are ${SPEAKER_SYNTAX}`,
    }).default("device").describe(
      `Where calls are played, unless --speaker is given: ${SPEAKER_SYNTAX}.`,
    ),
    rate: z.int().min(MINIMUM_PIPE_RATE).max(MAXIMUM_PIPE_RATE).default(16000).describe(
      "Samples per second of pipes (s16le, mono).",
    ),
    tones: z.enum(TONE_WISHES).default("itu").describe(
      "Whose tones you hear when it rings there, when a call fails and when another call waits: " +
        "those of a country, or itu, those that ITU-T E.180 recommends. none: no tones.",
    ),
    high_pass: z.boolean().default(true).describe(
      "Remove hum and rumble from what a sound card's microphone sends.",
    ),
    noise_suppression: z.boolean().default(false).describe(
      "Take noise away from the voice that is sent, clicks of keys too: of sound cards, files and " +
        "pipes. What you send is 30 ms later, and costs a twelfth of a core.",
    ),
    echo: z.enum(ECHO_WAYS).default("off").describe(
      "Against the echo of the other side that a loudspeaker makes in your room. speex: cancel it, " +
        "which needs the library libspeexdsp; half-duplex: one speaks at a time.",
    ),
    agc: z.boolean().default(false).describe(
      "Bring the voice that is sent to one loudness: of sound cards, files and pipes.",
    ),
  }).prefault({}).describe("Audio endpoints of calls."),
  ring: ringSchema,
  recording: z.strictObject({
    format: z.enum(RECORDING_FORMATS).default("wav").describe(
      "Of recordings that nobody named a file for. opus: Ogg Opus, about an eighth of the size.",
    ),
  }).prefault({}).describe("How the station records calls."),
  headset: headsetSchema,
  calls: callsSchema,
  ice: iceSchema,
  station: stationSchema,
  screen: screenSchema,
  logging: z.strictObject({
    level: z.enum(LOG_LEVELS).default("warning").describe("The lowest level that is logged."),
    file: path().optional().describe("Log file. Default: standard error.").meta({
      examples: ["~/.local/state/offhook/offhook.log"],
    }),
  }).prefault({}).describe("The log; it never contains secrets."),
}).refine((config) => hasDefaultAccount(config), {
  path: ["default_account"],
  error: ({ input }) => `allowed are the existing accounts: ${accountNames(input)}`,
  when: () => true,
});

function accountNames(config: unknown): string {
  const { accounts } = config as { accounts?: Record<string, unknown> };
  return Object.keys(accounts ?? {}).join(", ") || "none yet";
}

/** Also called while other values are wrong, so that all errors are found at once. */
function hasDefaultAccount(config: { default_account?: unknown; accounts?: unknown }): boolean {
  const { default_account: name, accounts } = config;
  if (typeof name !== "string" || typeof accounts !== "object" || accounts === null) return true;
  return Object.hasOwn(accounts, name);
}

export type Config = z.output<typeof configSchema>;
export type AccountConfig = z.output<typeof accountSchema>;

/** JSON Schema (draft 2020-12) of a configuration file. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: "input" });
  return { title: "offhook configuration", ...schema };
}
