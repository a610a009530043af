/** The tones by which a telephone tells what becomes of a call, and whose they are. */
import type { Names } from "../../base/names/mod.ts";

/** What a tone means (ITU-T E.180). */
export const CALL_TONES = [
  "dial",
  "ringback",
  "busy",
  "congestion",
  "waiting",
] as const satisfies Names<5>;
export type CallTone = (typeof CALL_TONES)[number];

/** Whose tones: `itu` is what E.180 recommends, the others are countries (ISO 3166-1). */
// deno-fmt-ignore
export const TONE_COUNTRIES = [
  "itu", "at", "au", "be", "bg", "br", "ca", "ch", "cl", "cn", "cz", "de", "dk", "es", "fi", "fr",
  "gb", "gr", "hu", "id", "il", "in", "it", "jp", "kr", "lt", "mx", "nl", "no", "nz", "pl", "pt",
  "ru", "se", "sg", "tr", "tw", "us", "za",
] as const satisfies Names<39>;
export type ToneCountry = (typeof TONE_COUNTRIES)[number];

/** A tone to be heard. */
export interface Tone {
  name: CallTone;
  country: ToneCountry;
}

/** How long is heard why a call came to nothing, ms: enough to tell one tone from another. */
export const LAST_TONE_MS = 3_000;
