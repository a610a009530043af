/**
 * What is done to the sound of a person's microphone before it is sent: one choice for the whole phone,
 * in the calls that are on and those to come. Pure.
 */
import type { Names } from "../../base/names/mod.ts";

/** What is on or off. */
export const SPEECH_SWITCHES = ["highPass", "noiseSuppression", "agc"] as const satisfies Names<3>;
export type SpeechSwitch = (typeof SPEECH_SWITCHES)[number];

/**
 * What is done against the far end's echo: `speex`, it is cancelled in the device host by libspeexdsp;
 * `half-duplex`, one speaks at a time.
 */
export const ECHO_WAYS = ["speex", "half-duplex", "off"] as const satisfies Names<3>;
type EchoWay = (typeof ECHO_WAYS)[number];

export interface SpeechSettings extends Record<SpeechSwitch, boolean> {
  echo: EchoWay;
}

export type SpeechPart = keyof SpeechSettings;

/** In the order in which the sound passes them. */
export const SPEECH_FILTERS = [
  "highPass",
  "halfDuplex",
  "noiseSuppression",
  "agc",
] as const satisfies Names<4>;
export type SpeechFilter = (typeof SPEECH_FILTERS)[number];

export const PLAIN_SPEECH: SpeechSettings = {
  highPass: false,
  noiseSuppression: false,
  agc: false,
  echo: "off",
};

export function sameSpeech(one: SpeechSettings, other: SpeechSettings): boolean {
  return one.echo === other.echo && SPEECH_SWITCHES.every((name) => one[name] === other[name]);
}
