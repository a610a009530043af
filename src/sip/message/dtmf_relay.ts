/**
 * DTMF digits in INFO bodies: `application/dtmf-relay` (Signal=, Duration=) and the bare
 * `application/dtmf`. Both are conventions without an RFC. Pure.
 */
import { isDigit } from "../../core/media/mod.ts";

export const DTMF_RELAY = "application/dtmf-relay";
const DTMF = "application/dtmf";
/** Names that some peers write for the two signs. */
const NUMBERED: Readonly<Record<string, string>> = { "10": "*", "11": "#" };
const DEFAULT_DURATION_MS = 160;

export interface Digit {
  digit: string;
  durationMs: number;
}

export function dtmfRelayBody({ digit, durationMs }: Digit): string {
  return `Signal=${digit}\r\nDuration=${durationMs}\r\n`;
}

/** @returns undefined when the body is no digit */
export function parseDtmfBody(contentType: string, body: string): Digit | undefined {
  if (contentType === DTMF) return digitOf(body.trim(), undefined);
  if (contentType !== DTMF_RELAY) return undefined;
  const signal = /^\s*signal\s*=\s*(\S+)/im.exec(body)?.[1];
  const duration = /^\s*duration\s*=\s*([0-9]{1,5})/im.exec(body)?.[1];
  return signal === undefined ? undefined : digitOf(signal, duration);
}

function digitOf(signal: string, duration: string | undefined): Digit | undefined {
  const digit = NUMBERED[signal] ?? signal.toUpperCase();
  if (!isDigit(digit)) return undefined;
  return { digit, durationMs: duration === undefined ? DEFAULT_DURATION_MS : Number(duration) };
}
