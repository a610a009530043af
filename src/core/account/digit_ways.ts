/** How the digits of a call go to the other side: what an account may ask for, and what a call uses. */
import type { Names } from "../../base/names/mod.ts";

/** Events beside the sound (RFC 4733), SIP INFO, or tones in the sound; the preferred one first. */
export const DIGIT_WAYS = ["rfc4733", "info", "inband"] as const satisfies Names<3>;
export type DigitWay = (typeof DIGIT_WAYS)[number];

/** What an account may say; `auto`: the first way that the other side takes. */
export const DTMF_WISHES = ["auto", ...DIGIT_WAYS] as const satisfies Names<4>;

/** Of what arrives over RTP. */
export type MediaDigitWay = Exclude<DigitWay, "info">;
