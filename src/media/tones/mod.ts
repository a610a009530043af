/** The tones of a telephone: what they are in each country, and how they are made. */
export { CallTones } from "./call_tones.ts";
