/**
 * DTMF digits in INFO bodies: `application/dtmf-relay` (Signal=, Duration=) and the bare
 * `application/dtmf`. Both are conventions without an RFC. Pure.
 */
import { isDigit } from "../../core/media/mod.ts";

export const DTMF_RELAY = "application/dtmf-relay";
export const DTMF = "application/dtmf";
/** Numbers of events (RFC 4733 §3.2), which some peers write for signs and letters. */
const NUMBERED: Readonly<Record<string, string>> = {
  "10": "*",
  "11": "#",
  "12": "A",
  "13": "B",
  "14": "C",
  "15": "D",
};
const DEFAULT_DURATION_MS = 160;
/** Nobody holds a key longer; and no body is longer that says one digit. */
const MOST_MS = 10_000;
const MOST_CHARACTERS = 256;

/** What the server takes, by the digits that it took last. */
export interface InfoMemory {
  infoType: typeof DTMF_RELAY | typeof DTMF;
}

export interface Digit {
  digit: string;
  durationMs: number;
}

export function dtmfRelayBody({ digit, durationMs }: Digit): string {
  return `Signal=${digit}\r\nDuration=${durationMs}\r\n`;
}

/** @returns undefined when the body is no digit */
export function parseDtmfBody(contentType: string, body: string): Digit | undefined {
  if (body.length > MOST_CHARACTERS) return undefined;
  if (contentType === DTMF) return digitOf(body.trim(), undefined);
  if (contentType !== DTMF_RELAY) return undefined;
  const signal = /^\s*signal\s*=\s*(\S+)/im.exec(body)?.[1];
  const duration = /^\s*duration\s*=\s*([0-9]{1,5})/im.exec(body)?.[1];
  return signal === undefined ? undefined : digitOf(signal, duration);
}

function digitOf(signal: string, duration: string | undefined): Digit | undefined {
  const digit = NUMBERED[signal] ?? signal.toUpperCase();
  if (!isDigit(digit)) return undefined;
  const durationMs = duration === undefined ? DEFAULT_DURATION_MS : Number(duration);
  return { digit, durationMs: Math.min(durationMs, MOST_MS) };
}
