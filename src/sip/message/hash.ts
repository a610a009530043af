/** Hashes, by OpenSSL's names. */

/**
 * In hexadecimal. Node's cryptography takes some 60 ms to load: that is done at the first hash, and not
 * before the first message, as an import of it would.
 */
export function hash(algorithm: string, text: string): string {
  // deno-lint-ignore no-process-global
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash(algorithm).update(text, "utf8").digest("hex");
}
