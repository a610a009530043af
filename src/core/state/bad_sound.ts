/**
 * A direction of a call that sounds bad, and what of: of what was measured, not guessed. Plain JSON; the
 * words are English, and a screen in another language has its own for each cause.
 */
import type { Names } from "../../base/names/mod.ts";
import type { CallDirection } from "./direction.ts";

export const BAD_SOUND_CAUSES = [
  /** Packets are lost on the network. */
  "loss",
  /** Packets come, but too late to be played: they come irregularly. */
  "late",
  /** Packets come that cannot be decoded: broken on the way, or by who sends them. */
  "undecodable",
  /** It takes so long that both talk at once. */
  "delay",
  /** Our own machine did not get round to playing. */
  "busy",
  /** What comes is digital silence: muted there, or a microphone that gives nothing. */
  "silent",
] as const satisfies Names<6>;
export type BadSoundCause = (typeof BAD_SOUND_CAUSES)[number];

/** What is known of bad sound. */
export interface BadSound {
  /** ms since the epoch. */
  since: number;
  cause: BadSoundCause;
  /** Behind the cause, when it was told: percent of `loss`, `late` and `undecodable`, else ms. */
  value: number;
  /** One sentence without its full stop. */
  text: string;
  /** What to do. */
  hint: string;
}

type Words = readonly [text: (value: number, direction: CallDirection) => string, hint: string];

const WORDS: Record<BadSoundCause, Words> = {
  loss: [
    (value, direction) =>
      direction === "incoming"
        ? `bad sound: ${value} % of what the other side says is lost on the network`
        : `the other side hears you badly: ${value} % of what you say is lost on the network`,
    "Is the network busy? A cable is better than Wi-Fi.",
  ],
  late: [
    (value, direction) =>
      direction === "incoming"
        ? `bad sound: ${value} % of it comes too late to be played, at irregular times`
        : `the other side hears you badly: ${value} % of your sound comes too late to be played`,
    "A busy line or Wi-Fi delays packets: other transfers, or the distance to the access point.",
  ],
  undecodable: [
    (value) => `bad sound: ${value} % of the packets cannot be decoded`,
    "The other side, or a server between, spoils them. Try another codec with --codec.",
  ],
  delay: [
    (value) => `the sound takes ${value} ms from mouth to ear: you will talk over each other`,
    "A VPN, a satellite or a distant server on the way takes the time.",
  ],
  busy: [
    (value) => `bad sound: this machine stood still for ${value} ms of the last ten seconds`,
    "Another program needs the processor. Give offhook a higher priority, or close it.",
  ],
  silent: [
    () => "the other side sends digital silence: it is muted, or its microphone gives nothing",
    "It may hear you all the same: ask.",
  ],
};

/** @param value see {@link BadSound}; rounded */
export function badSoundOf(
  cause: BadSoundCause,
  value: number,
  direction: CallDirection,
  since: number,
): BadSound {
  const [text, hint] = WORDS[cause];
  const whole = Math.round(value);
  return { since, cause, value: whole, text: text(whole, direction), hint };
}
