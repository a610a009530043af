/**
 * What is done to the sound of a person's microphone before it is sent: one choice for the whole phone,
 * in the calls that are on and those to come. Pure.
 */
import type { Names } from "../../base/names/mod.ts";

/** In the order in which the sound passes them. */
export const SPEECH_FILTERS = ["highPass", "noiseSuppression", "agc"] as const satisfies Names<3>;
export type SpeechFilter = (typeof SPEECH_FILTERS)[number];

/** Which are on. */
export type SpeechSettings = Record<SpeechFilter, boolean>;

export const PLAIN_SPEECH: SpeechSettings = {
  highPass: false,
  noiseSuppression: false,
  agc: false,
};

export function sameSpeech(one: SpeechSettings, other: SpeechSettings): boolean {
  return SPEECH_FILTERS.every((filter) => one[filter] === other[filter]);
}
