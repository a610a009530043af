/**
 * Groups of flags that several commands share. The names of their values are those of
 * `src/config/overrides.ts`, so that what was parsed can be handed to the configuration as it is.
 * Not on the real-time path.
 */
import { group, merge, object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { flag, option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import { codecNames } from "../config/overrides.ts";
import {
  CODECS,
  LOG_LEVELS,
  MAXIMUM_PIPE_RATE,
  MINIMUM_PIPE_RATE,
  TLS_VERSIONS,
  TRANSPORTS,
} from "../config/constants.ts";
import { OffhookError } from "../core/errors.ts";
import { dtmfDigits } from "./readers.ts";
import * as v from "./values.ts";

export function described(sentence: string) {
  return { description: v.words(sentence) };
}

const codecList = v.value<readonly string[]>("CODECS", [], (input) => {
  const names = codecNames(input);
  const unknown = names.find((name) => !(CODECS as readonly string[]).includes(name));
  if (names.length > 0 && unknown === undefined) return names;
  throw new OffhookError("usage", `"${unknown ?? input}" is not a codec: allowed are ${CODECS}`);
}, {
  suggest: (prefix) =>
    CODECS.filter((name) => name.startsWith(prefix.toUpperCase()))
      .map((name) => ({ kind: "literal", text: name })),
});

/** Which account, and where its password comes from. */
export const accountOptions = group(
  "Account (without a configuration: --server and --user)",
  object({
    config: optional(option("--config", v.path("FILE"), described("Configuration file."))),
    account: optional(option(
      "--account",
      string({ metavar: "NAME" }),
      described("Account of the configuration; without it the default one."),
    )),
    server: optional(
      option("--server", string({ metavar: "HOST[:PORT]" }), described("SIP server.")),
    ),
    user: optional(option("--user", string({ metavar: "NAME" }), described("User name."))),
    authUser: optional(option(
      "--auth-user",
      string({ metavar: "NAME" }),
      described("User name for authentication when it is another."),
    )),
    displayName: optional(option(
      "--display-name",
      string({ metavar: "NAME" }),
      described("The name that others see."),
    )),
    passwordFile: optional(option(
      "--password-file",
      v.path("FILE"),
      described("File with the password, - for standard input; or OFFHOOK_PASSWORD."),
    )),
    passwordStdin: option("--password-stdin", described("The password is on standard input.")),
    proxy: optional(option(
      "--proxy",
      string({ metavar: "HOST[:PORT]" }),
      described("Outbound proxy that every request goes to first."),
    )),
    transport: optional(option(
      "--transport",
      v.oneOf("TRANSPORT", TRANSPORTS),
      described(`${TRANSPORTS.join(", ")}; without it what DNS says, else udp.`),
    )),
    expires: optional(option(
      "--expires",
      v.wholeNumber("SECONDS", 30, 86400),
      described("Registration interval to ask for."),
    )),
  }),
);

export const tlsOptions = group(
  "TLS",
  object({
    tlsCa: optional(option("--tls-ca", v.path("FILE"), described("PEM file of a private CA."))),
    tlsCert: optional(option("--tls-cert", v.path("FILE"), described("Client certificate, PEM."))),
    tlsKey: optional(option("--tls-key", v.path("FILE"), described("Its key, PEM."))),
    tlsServerName: optional(option(
      "--tls-server-name",
      string({ metavar: "NAME" }),
      described("Name to ask for and to verify when it is not the server's."),
    )),
    tlsPin: optional(option(
      "--tls-pin",
      string({ metavar: "SHA256" }),
      described("Fingerprint of the server's certificate, checked besides the chain."),
    )),
    tlsMinVersion: optional(option(
      "--tls-min-version",
      v.oneOf("VERSION", TLS_VERSIONS),
      described(`Oldest version to accept: ${TLS_VERSIONS.join(" or ")}.`),
    )),
    tlsNoVerify: optional(flag("--tls-no-verify", described("Verify nothing. For tests only."))),
  }),
);

/** What commands that talk SIP write about it. */
export const logOptions = group(
  "Logging",
  object({
    trace: optional(option(
      "--trace",
      v.path("FILE"),
      described("Write every SIP message to FILE, - for standard error; no credentials in it."),
    )),
    logLevel: optional(option(
      "--log-level",
      v.oneOf("LEVEL", LOG_LEVELS),
      described(`${LOG_LEVELS.join(", ")}.`),
    )),
    logFile: optional(option("--log-file", v.path("FILE"), described("Log there."))),
  }),
);

export const audioOptions = group(
  "Audio",
  object({
    mic: optional(option(
      "--mic",
      v.microphone(),
      described("What is sent: device, device:NAME, file:PATH, pipe, tone, voice, silence."),
    )),
    speaker: optional(option(
      "--speaker",
      v.speaker(),
      described("Where it is heard: device, device:NAME, file:PATH, pipe, null."),
    )),
    rate: optional(option(
      "--rate",
      v.wholeNumber("HERTZ", MINIMUM_PIPE_RATE, MAXIMUM_PIPE_RATE),
      described("Sample rate of pipes, s16le mono; 16000 by default."),
    )),
    loop: option("--loop", described("Start the microphone's file again at its end.")),
    record: optional(option(
      "--record",
      v.path("FILE"),
      described("Record the call as a stereo WAV: left ours, right theirs."),
    )),
  }),
);

export const callOptions = group(
  "Call",
  object({
    timeout: optional(option(
      "--timeout",
      v.duration(),
      described("Give up when nobody answered, or nobody called, by then."),
    )),
    duration: optional(
      option("--duration", v.duration(), described("Hang up so long after the answer.")),
    ),
    dtmf: optional(option(
      "--dtmf",
      v.value("DIGITS", "", dtmfDigits),
      described("Send digits after the answer; w waits one second, a comma two."),
    )),
    codecs: optional(
      option("--codec", codecList, described("Codecs to offer, best first: PCMU,G722.")),
    ),
    requireAudio: option("--require-audio", described("Fail with 9 when no sound arrives.")),
  }),
);

/** Who we say that we are, and what else we say. */
export const identityOptions = group(
  "Identity",
  object({
    from: optional(option(
      "--from",
      string({ metavar: "IDENTITY" }),
      described(`Who calls or answers: a URI, "Name <URI>", or a number on the account.`),
    )),
    headers: multiple(option(
      "--header",
      v.value("NAME:VALUE", { name: "", value: "" }, v.header),
      described("Add a header to our INVITE or our answer. May be repeated."),
    )),
  }),
);

export const jsonOption = object({
  json: option("--json", described("One JSON object on standard output.")),
});

export const outputOptions = group(
  "Output",
  merge(
    jsonOption,
    object({ quiet: option("-q", "--quiet", described("No words except errors.")) }),
  ),
);

/** Whether a running station is used. */
export const attachOptions = group(
  "Station (used when one runs)",
  object({
    standalone: option("--standalone", described("Use a phone of its own beside any station.")),
    socket: optional(option(
      "--socket",
      v.path("PATH"),
      described("Use the station of this control socket, and no other phone."),
    )),
  }),
);

export type AttachValues = InferValue<typeof attachOptions>;
export type AccountValues = InferValue<typeof accountOptions>;
export type TlsValues = InferValue<typeof tlsOptions>;
export type LogValues = InferValue<typeof logOptions>;
export type AudioValues = InferValue<typeof audioOptions>;
export type CallValues = InferValue<typeof callOptions>;
export type OutputValues = InferValue<typeof outputOptions>;
