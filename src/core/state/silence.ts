/**
 * A direction of an answered call in which no sound arrives, and why: of what was seen, not guessed.
 * Plain JSON; the words are English, and a screen in another language has its own for each cause.
 */
import type { Names } from "../../base/names/mod.ts";

/** What explains most comes first: an earlier one takes the place of a later one. */
export const SILENCE_CAUSES = [
  /** Nothing may be sent or played: the key exchange has not ended. */
  "no-keys",
  /** ICE has found no way, or has lost it. */
  "no-way",
  /** The system does not take our packets. */
  "unsent",
  /** Packets come that other keys protect, or none. */
  "wrong-keys",
  /** Packets come from somewhere else than where the other side says that it is. */
  "elsewhere",
  /** Packets come of a payload type that was not agreed on. */
  "other-format",
  /** The other side's description says that it sends nothing, and it does not hold us. */
  "by-agreement",
  /** Its RTCP comes, and no RTP: muted, or RTP is stopped on the way. */
  "reports-only",
  /** Sound came, and then nothing more at all. */
  "stopped",
  /** Nothing ever came. */
  "nothing-came",
  /** Outgoing: by the other side's reports none of our packets arrives there. */
  "not-arriving",
  /** Outgoing: our microphone gives no sound at all. */
  "microphone",
] as const satisfies Names<12>;
export type SilenceCause = (typeof SILENCE_CAUSES)[number];

/** What is known of a silence. */
export interface Silence {
  /** ms since the epoch. */
  since: number;
  cause: SilenceCause;
  /** Where packets go, or where they come from: `192.0.2.7:4000`. Empty: nowhere is meant. */
  at: string;
  /** One sentence without its full stop. */
  text: string;
  /** What to do. */
  hint: string;
}

type Words = readonly [text: (at: string) => string, hint: string];

const WORDS: Record<SilenceCause, Words> = {
  "no-keys": [
    (at) => `no sound in either direction: the key exchange (DTLS) with ${at} has not ended`,
    "Without keys nothing is sent or played. A firewall may stop it; or try --keying sdes.",
  ],
  "no-way": [
    () => "no sound in either direction: ICE has no way to the other side",
    "A relay helps where nothing else does: name a TURN server under [ice].",
  ],
  unsent: [
    (at) => `the system does not take our packets to ${at}`,
    "Is the network there? A firewall on this machine may refuse them as well.",
  ],
  "wrong-keys": [
    (at) => `packets come from ${at}, but not with the keys that were agreed on`,
    "The other side, or a server between, encrypts otherwise than it said. Try --encryption off.",
  ],
  elsewhere: [
    (at) => `we send, but sound comes from ${at}, which is not where the other side says it is`,
    "A NAT or a server on the way rewrites addresses only in part.",
  ],
  "other-format": [
    (at) => `packets come from ${at} in a format that was not agreed on`,
    "Name the codec that both sides have with --codec.",
  ],
  "by-agreement": [
    () => "the other side said that it sends no sound (recvonly)",
    "It only listens: an announcement line, a recorder or a microphone that is off.",
  ],
  "reports-only": [
    (at) => `only reports (RTCP) come from ${at}, and no sound`,
    "The other side may be muted; or a firewall lets only some of its packets through.",
  ],
  stopped: [
    (at) => `the sound from ${at} has stopped`,
    "The network or the phone of the other side may be gone.",
  ],
  "nothing-came": [
    (at) => `we send to ${at}, and nothing comes back`,
    "A firewall or NAT on the way keeps it away. Ask the provider, or configure [ice].",
  ],
  "not-arriving": [
    (at) => `the other side hears nothing: its reports say that our packets do not reach ${at}`,
    "A firewall or NAT on the way keeps them away.",
  ],
  microphone: [
    () => "the other side hears nothing: the microphone gives no sound at all",
    "Is it muted in the system's mixer, or by a switch of its own?",
  ],
};

/** @param at see {@link Silence} */
export function silenceOf(cause: SilenceCause, at: string, since: number): Silence {
  const [text, hint] = WORDS[cause];
  return { since, cause, at, text: text(at === "" ? "the other side" : at), hint };
}

/** Whether a cause says more than the one that was told. */
export function explainsMore(cause: SilenceCause, told: SilenceCause): boolean {
  return SILENCE_CAUSES.indexOf(cause) < SILENCE_CAUSES.indexOf(told);
}
