/**
 * Tags, Call-IDs, branches and nonces: 96 random bits of the system's strong generator, so that
 * nobody who does not see our messages can guess a dialog or a transaction (RFC 3261 §19.3, §26).
 */

/** 24 hexadecimal digits. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(12)).toHex();
}

/** A branch parameter with the magic cookie of RFC 3261 §8.1.1.7. */
export function newBranch(): string {
  return `z9hG4bK${newToken()}`;
}
