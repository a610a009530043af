/**
 * Bytes of a contact file as text, whatever wrote them: UTF-8, UTF-16 with a byte order mark, or the
 * Windows code page of old exports. Pure.
 */

/** One thing in a file that could not be taken as it stands; everything else was. */
export interface ImportProblem {
  /** Of the file, from 1. */
  line: number;
  /** What is wrong there, in a few words. */
  why: string;
}

/** Without a byte order mark. Never throws: in Windows-1252 every byte is some character. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return decodeUtf8(bytes) ?? new TextDecoder("windows-1252").decode(bytes);
}

/** Undefined when the bytes are no UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** In the character set that the file names; what it does not know is guessed. */
export function decodeCharset(bytes: Uint8Array, charset: string | undefined): string {
  if (charset !== undefined) {
    try {
      return new TextDecoder(charset).decode(bytes);
    } catch {
      // A name that nobody knows says nothing.
    }
  }
  return decodeUtf8(bytes) ?? new TextDecoder("windows-1252").decode(bytes);
}
