/** The policy of an account and of a call: whether its sound is encrypted. */
import type { Names } from "../../base/names/mod.ts";

/** From the least to the most. */
export const ENCRYPTIONS = ["off", "prefer", "require"] as const satisfies Names<3>;
export type Encryption = (typeof ENCRYPTIONS)[number];

/** For accounts and calls that say nothing. */
export const DEFAULT_ENCRYPTION: Encryption = "prefer";

/** How keys of the sound are agreed on: in the signalling (RFC 4568), or beside the sound (RFC 5763). */
export const KEYINGS = ["sdes", "dtls"] as const satisfies Names<2>;
export type KeyingName = (typeof KEYINGS)[number];

/** The stricter of two policies. */
export function stricter(a: Encryption, b: Encryption): Encryption {
  return ENCRYPTIONS.indexOf(a) >= ENCRYPTIONS.indexOf(b) ? a : b;
}
