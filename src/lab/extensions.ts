/**
 * What the practice PBX does with each number, as data.
 *
 * One table for the PBX itself, its help, and the documentation.
 */
import type { AudioEndpoints } from "../core/ports/mod.ts";

export type ExtensionBehaviour =
  /** Answers after a moment of ringing. */
  | { kind: "answer"; afterMs: number; endpoints: AudioEndpoints }
  /** Sends back every digit that it hears. */
  | { kind: "digits" }
  /** Refuses at once. */
  | { kind: "reject"; status: number }
  /** Rings until the caller gives up. */
  | { kind: "ring" }
  /** Plays a tone before it answers (183). */
  | { kind: "early"; afterMs: number; endpoints: AudioEndpoints }
  /** Answers, hangs up, and calls the caller's registered phone. */
  | { kind: "callback"; afterMs: number };

export interface Extension {
  number: string;
  does: string;
  behaviour: ExtensionBehaviour;
}

const ECHO: AudioEndpoints = { microphone: { kind: "echo" }, speaker: { kind: "null" } };
/** The digital milliwatt: 1004 Hz at 0 dBm0 (ITU-T G.711 table 5 is its 1 kHz form). */
const MILLIWATT: AudioEndpoints = {
  microphone: { kind: "tone", frequency: 1004, level: 0 },
  speaker: { kind: "null" },
};
export const VOICE: AudioEndpoints = { microphone: { kind: "voice" }, speaker: { kind: "null" } };

export const EXTENSIONS: readonly Extension[] = [
  {
    number: "600",
    does: "echo: what you say comes back",
    behaviour: { kind: "answer", afterMs: 0, endpoints: ECHO },
  },
  {
    number: "601",
    does: "milliwatt: 1004 Hz at 0 dBm0",
    behaviour: { kind: "answer", afterMs: 0, endpoints: MILLIWATT },
  },
  { number: "602", does: "reads back the digits that you send", behaviour: { kind: "digits" } },
  {
    number: "603",
    does: "rings a second, then speaks in a test voice, which offhook makes",
    behaviour: { kind: "answer", afterMs: 1_000, endpoints: VOICE },
  },
  { number: "610", does: "busy (486)", behaviour: { kind: "reject", status: 486 } },
  { number: "611", does: "rings and nobody answers", behaviour: { kind: "ring" } },
  { number: "612", does: "declines (603)", behaviour: { kind: "reject", status: 603 } },
  {
    number: "613",
    does: "plays a tone before it answers (183)",
    behaviour: { kind: "early", afterMs: 2_000, endpoints: MILLIWATT },
  },
  {
    number: "620",
    does: "hangs up and calls you back",
    behaviour: { kind: "callback", afterMs: 1_000 },
  },
];

/** The extension of a number; undefined: 404. */
export function extensionOf(number: string): Extension | undefined {
  return EXTENSIONS.find((extension) => extension.number === number);
}
