/** The policy of an account and of a call: whether its sound is encrypted. */

/** From the least to the most. */
export const ENCRYPTIONS = ["off", "prefer", "require"] as const;
export type Encryption = (typeof ENCRYPTIONS)[number];

/** For accounts and calls that say nothing. */
export const DEFAULT_ENCRYPTION: Encryption = "prefer";

/** The stricter of two policies. */
export function stricter(a: Encryption, b: Encryption): Encryption {
  return ENCRYPTIONS.indexOf(a) >= ENCRYPTIONS.indexOf(b) ? a : b;
}
