/**
 * Flags that several commands share, as data. The names of their values are those of
 * `src/config/sources/overrides.ts`, so that what was parsed can be handed to the configuration as it is.
 * Does not load the configuration's schema.
 */
import { LOG_LEVELS, MAXIMUM_PIPE_RATE, MINIMUM_PIPE_RATE } from "../../config/values/mod.ts";
import {
  CODECS,
  DEFAULT_CODECS,
  DTMF_WISHES,
  ENCRYPTIONS,
  KEYINGS,
  TLS_VERSIONS,
  TRANSPORTS,
} from "../../core/account/mod.ts";
import {
  durationMs,
  file,
  flag,
  oneOf,
  option,
  outputFields,
  readWholeNumber,
  repeated,
  text,
  type ValuesOf,
} from "../args/mod.ts";
import {
  dtmfDigits,
  MICROPHONE_WORDS,
  readCodecs,
  readHeader,
  readMicrophone,
  readSpeaker,
  SPEAKER_WORDS,
} from "./phone_readers.ts";

const FILE = file("FILE");
const NAME = text("NAME");
const HOST = text("HOST[:PORT]");
export const DURATION = { metavar: "DURATION", read: durationMs };

/** Which account, and where its password comes from. */
export const accountFields = {
  config: option("--config", FILE, "Configuration file."),
  account: option(
    "--account",
    NAME,
    "Account of the configuration; without it the default account.",
  ),
  server: option(
    "--server",
    text("HOST[:PORT]|URL"),
    "SIP server; wss://HOST:8089/ws for SIP over WebSocket.",
  ),
  user: option("--user", NAME, "User name."),
  authUser: option("--auth-user", NAME, "User name for authentication, if it differs from --user."),
  displayName: option("--display-name", NAME, "The name that others see."),
  passwordFile: option(
    "--password-file",
    FILE,
    "File with the password, - for standard input; or set OFFHOOK_PASSWORD.",
  ),
  passwordStdin: flag(["--password-stdin"], "Read the password from standard input."),
  proxy: option("--proxy", HOST, "Outbound proxy that every request goes to first."),
  transport: option(
    "--transport",
    oneOf("TRANSPORT", TRANSPORTS),
    `${TRANSPORTS.join(", ")}; without it from DNS, otherwise udp.`,
  ),
  expires: option(
    "--expires",
    { metavar: "SECONDS", read: readWholeNumber(30, 86400) },
    "Registration interval to ask for.",
  ),
};

export const tlsFields = {
  tlsCa: option("--tls-ca", FILE, "PEM file of a private CA."),
  tlsCert: option("--tls-cert", FILE, "Client certificate, PEM."),
  tlsKey: option("--tls-key", FILE, "Its key, PEM."),
  tlsServerName: option(
    "--tls-server-name",
    NAME,
    "Name to send (SNI) and to verify, if it is not the server's host name.",
  ),
  tlsPin: option(
    "--tls-pin",
    text("SHA256"),
    "Fingerprint of the server's certificate, checked in addition to the chain.",
  ),
  tlsMinVersion: option(
    "--tls-min-version",
    oneOf("VERSION", TLS_VERSIONS),
    `Oldest version to accept: ${TLS_VERSIONS.join(" or ")}.`,
  ),
  tlsNoVerify: flag(["--tls-no-verify"], "Do not verify the certificate. For tests only."),
};

/** What commands that talk SIP write about it. */
export const logFields = {
  trace: option(
    "--trace",
    FILE,
    "Write every SIP message to FILE, - for standard error; without credentials.",
  ),
  logLevel: option(
    "--log-level",
    oneOf("LEVEL", LOG_LEVELS),
    `${LOG_LEVELS.join(", ")}; info logs calls, debug SIP messages, trace each step.`,
  ),
  logFile: option("--log-file", FILE, "Write the log to this file."),
};

export const audioFields = {
  mic: option(
    "--mic",
    { metavar: "SOURCE", read: readMicrophone, completes: MICROPHONE_WORDS },
    "What to send: device, device:NAME, file:PATH, pipe, tone, voice, silence.",
  ),
  speaker: option(
    "--speaker",
    { metavar: "SINK", read: readSpeaker, completes: SPEAKER_WORDS },
    "Where to play the call: device, device:NAME, file:PATH, pipe, null.",
  ),
  rate: option(
    "--rate",
    { metavar: "HERTZ", read: readWholeNumber(MINIMUM_PIPE_RATE, MAXIMUM_PIPE_RATE) },
    "Sample rate of pipes (s16le, mono); 16000 by default.",
  ),
  loop: flag(["--loop"], "Repeat the file of --mic."),
  record: option(
    "--record",
    FILE,
    "Record the call in stereo: left our side, right the other side. Ogg Opus when the name " +
      "ends in .opus, .ogg or .oga, otherwise WAV.",
  ),
};

const callFields = {
  timeout: option(
    "--timeout",
    DURATION,
    "Give up when nobody answers within this time; 60 s by default.",
  ),
  duration: option("--duration", DURATION, "Hang up this long after the answer."),
  silenceLimit: option(
    "--silence-limit",
    DURATION,
    "Hang up, and exit with 9, after this long without sound from the other side.",
  ),
  heldSilenceLimit: option(
    "--held-silence-limit",
    DURATION,
    "The same while the call is on hold, where its reports (RTCP) count as well.",
  ),
  dtmf: option(
    "--dtmf",
    { metavar: "DIGITS", read: dtmfDigits },
    "Send digits after the answer; w waits one second, a comma two.",
  ),
  dtmfBy: option(
    "--dtmf-by",
    oneOf("WAY", DTMF_WISHES),
    "rfc4733, info or inband; by default what the other side takes.",
  ),
  codecs: option(
    "--codec",
    { metavar: "CODECS", read: readCodecs, completes: CODECS },
    `Codecs to offer, preferred first; by default ${DEFAULT_CODECS.join()}, or those of the account.`,
  ),
  opusBitrate: option(
    "--opus-bitrate",
    { metavar: "BITS", read: readWholeNumber(6_000, 510_000) },
    "Most bits per second of Opus.",
  ),
  encryption: option(
    "--encryption",
    oneOf("WHEN", ENCRYPTIONS),
    "Encrypt the sound (SRTP): prefer, require or off. Default: as the account says.",
  ),
  keying: option(
    "--keying",
    oneOf("HOW", KEYINGS),
    "Offer keys of the sound by sdes or dtls. Default: as the account says, else sdes.",
  ),
  requireAudio: flag(["--require-audio"], "Exit with 9 when no sound arrives."),
};

/** Who we say that we are, and what else we say. */
const identityFields = {
  from: option(
    "--from",
    text("IDENTITY"),
    `Who calls or answers: a URI, "Name <URI>", or a number on the account.`,
  ),
  headers: repeated(
    "--header",
    { metavar: "NAME:VALUE", read: readHeader },
    "Add a header to our INVITE or our answer. May be repeated.",
  ),
};

/** Whether a running station is used. */
const attachFields = {
  standalone: flag(["--standalone"], "Do not use a running station."),
  socket: option(
    "--socket",
    file("PATH"),
    "Use only the station with this control socket.",
  ),
};

/** The headings of the help. */
export const ACCOUNT = "Account (without a configuration: --server and --user)";
const ATTACH = "Station (used when one runs)";

/** What follows the flags of its own in the help of every command that makes or takes calls. */
export const PHONE = {
  Output: outputFields,
  [ACCOUNT]: accountFields,
  [ATTACH]: attachFields,
  TLS: tlsFields,
  Logging: logFields,
};

/** What dial, redial and answer take alike, by heading. */
export const CALLING = { Call: callFields, Identity: identityFields, Audio: audioFields, ...PHONE };

export type AccountValues = ValuesOf<typeof accountFields>;
export type TlsValues = ValuesOf<typeof tlsFields>;
export type LogValues = ValuesOf<typeof logFields>;
export type AudioValues = ValuesOf<typeof audioFields>;
export type CallValues = ValuesOf<typeof callFields>;
export type OutputValues = ValuesOf<typeof outputFields>;
export type AttachValues = ValuesOf<typeof attachFields>;
export type PhoneFields =
  & typeof outputFields
  & typeof accountFields
  & typeof attachFields
  & typeof tlsFields
  & typeof logFields;
export type CallingFields =
  & typeof callFields
  & typeof identityFields
  & typeof audioFields
  & PhoneFields;
