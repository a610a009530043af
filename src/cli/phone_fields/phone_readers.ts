/**
 * Readers of what only commands with a phone take: codecs, endpoints, addresses, headers. Pure.
 */
import { DIGITS_HINT, digitsOf, wrongDigit } from "../../core/media/mod.ts";
import { CODECS, type ExtraHeader } from "../../core/account/mod.ts";
import {
  MICROPHONE_KINDS,
  parseMicrophone,
  parseSpeaker,
  SPEAKER_KINDS,
} from "../../config/values/mod.ts";
import { codecNames } from "../../config/sources/mod.ts";
import { formatHostPort, parseHostPort } from "../../base/network/mod.ts";
import { bad } from "../args/mod.ts";

/** `pcmu,g722` */
export function readCodecs(input: string): readonly string[] {
  const names = codecNames(input);
  const unknown = names.find((name) => !(CODECS as readonly string[]).includes(name));
  if (names.length > 0 && unknown === undefined) return names;
  throw bad(`"${unknown ?? input}" is not a codec: allowed are ${CODECS}`);
}

/** `ADDRESS:PORT`; port 0 takes any free one. */
export function readListenAddress(input: string): string {
  const parsed = parseHostPort(input, true);
  if (parsed?.port !== undefined) return formatHostPort(parsed);
  throw bad(`"${input}" is not ADDRESS:PORT`, "For example 127.0.0.1:5070 or [::]:5060.");
}

/** RFC 3261 §25.1 `token`. */
const HEADER_NAME = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** `Name: value` */
export function readHeader(input: string): ExtraHeader {
  const colon = input.indexOf(":");
  const name = input.slice(0, colon).trim();
  const content = input.slice(colon + 1).trim();
  if (colon < 0) throw bad(`"${input}" is not NAME:VALUE`, `For example "X-Queue: sales".`);
  if (!HEADER_NAME.test(name)) throw bad(`"${name}" is not the name of a header`);
  if (CONTROL.test(content)) throw bad(`the value of the header ${name} has control characters`);
  return { name, value: content };
}

const NO_DEFAULTS = { rate: 16000, loop: false };

/** Checked here, resolved when the defaults are known. */
export function readMicrophone(input: string): string {
  parseMicrophone(input, NO_DEFAULTS);
  return input;
}

export function readSpeaker(input: string): string {
  parseSpeaker(input, NO_DEFAULTS);
  return input;
}

/** What a shell completes: after `file:` a path. */
export const MICROPHONE_WORDS = completionsOf(MICROPHONE_KINDS);
export const SPEAKER_WORDS = completionsOf(SPEAKER_KINDS);

function completionsOf(kinds: readonly string[]): readonly string[] {
  return kinds.map((kind) => kind === "file" ? "file:" : kind);
}

/** DTMF digits with pauses: `w` one second, `,` two. */
export function dtmfDigits(input: string): string {
  const digits = digitsOf(input);
  if (digits === "") throw bad("the digits are empty");
  const wrong = wrongDigit(digits);
  if (wrong === undefined) return digits;
  const typed = input.includes(wrong) ? wrong : wrong.toLowerCase();
  throw bad(
    `"${typed}" in "${input}" is not a DTMF digit`,
    DIGITS_HINT,
  );
}
