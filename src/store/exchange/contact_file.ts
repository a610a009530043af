/**
 * A contact file of either kind. Pure.
 */
import type { ContactCard } from "../contacts/mod.ts";
import { readContactCsv } from "./contact_csv.ts";
import { decodeText, type ImportProblem } from "./decode.ts";
import { readVCards } from "./vcard_read.ts";

export interface ContactFile {
  format: "vcard" | "csv";
  /** A contact that has no id of its own has the id "". */
  cards: ContactCard[];
  /** In the order of their lines; what they name was left out, everything else was read. */
  problems: ImportProblem[];
  /** CSV: headers of columns that nothing was made of. */
  ignored: string[];
}

/** Reads a file by what is in it, not by its name. */
export function readContactFile(bytes: Uint8Array): ContactFile {
  // A vCard begins with BEGIN; somebody may have written lines before it.
  if (/^\s*BEGIN[ \t]*:[ \t]*VCARD[ \t]*$/im.test(decodeText(bytes.subarray(0, 4096)))) {
    return { format: "vcard", ...readVCards(bytes), ignored: [] };
  }
  return { format: "csv", ...readContactCsv(bytes) };
}
