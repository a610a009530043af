/** The tones of a telephone: what they are in each country, and how they are made. */
export { CadencePlayer } from "./cadence_player.ts";
export { CallTones } from "./call_tones.ts";
export { bellOf } from "./countries.ts";
