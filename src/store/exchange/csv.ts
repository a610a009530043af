/**
 * CSV (RFC 4180) as people's programs write it: any of `,` `;` tab, any line end, quoted or not.
 *
 * A record that is broken is reported and skipped up to the end of its first line; the records after
 * it are read. Pure.
 */
import type { Names } from "../../base/names/mod.ts";
import type { ImportProblem } from "./decode.ts";

const DELIMITERS = [",", ";", "\t"] as const satisfies Names<3>;
export type Delimiter = (typeof DELIMITERS)[number];

export interface CsvRecord {
  /** Line of the file where it begins, from 1. */
  line: number;
  fields: string[];
}

export interface ParsedCsv {
  delimiter: Delimiter;
  records: CsvRecord[];
  problems: ImportProblem[];
}

/** Empty lines are no records. @param delimiter default: found out from the first line */
export function parseCsv(text: string, delimiter?: Delimiter): ParsedCsv {
  // Excel's own way to say what separates: a first line `sep=;`.
  const said = /^\ufeff?sep=([,;\t])(?:\r\n|\n|\r)/i.exec(text);
  const start = said === null ? (text.startsWith("\ufeff") ? 1 : 0) : said[0].length;
  const found = delimiter ?? (said?.[1] as Delimiter | undefined) ?? guessDelimiter(text, start);
  const reader = new CsvReader(text, start, said === null ? 1 : 2, found);
  const records: CsvRecord[] = [];
  const problems: ImportProblem[] = [];
  while (!reader.atEnd) {
    const { line } = reader;
    const fields = reader.readRecord();
    if (typeof fields === "string") problems.push({ line, why: fields });
    else if (fields.length > 1 || fields[0] !== "") records.push({ line, fields });
  }
  return { delimiter: found, records, problems };
}

/** The one that occurs most in the first line, outside quotes; `,` when none does. */
function guessDelimiter(text: string, start: number): Delimiter {
  const header = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.slice(start, start + 65536))?.[0] ?? "";
  const plain = header.replace(/"(?:[^"]|"")*"/g, "");
  const count = (delimiter: string) => plain.split(delimiter).length;
  return DELIMITERS.reduce<Delimiter>((best, one) => count(one) > count(best) ? one : best, ",");
}

class CsvReader {
  readonly #text: string;
  readonly #delimiter: Delimiter;
  #at: number;
  /** Of the next character, from 1. */
  line: number;

  constructor(text: string, at: number, line: number, delimiter: Delimiter) {
    this.#text = text;
    this.#at = at;
    this.line = line;
    this.#delimiter = delimiter;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The fields of the next record; a string says why it is none, and the reader is on the next line. */
  readRecord(): string[] | string {
    const begin = { at: this.#at, line: this.line };
    const fields: string[] = [];
    while (true) {
      const field = this.#text[this.#at] === '"' ? this.#readQuoted() : this.#readPlain();
      if (typeof field !== "string") {
        [this.#at, this.line] = [begin.at, begin.line];
        this.#skipLine();
        return field.why;
      }
      fields.push(field);
      if (this.#text[this.#at] !== this.#delimiter) break;
      this.#at++;
    }
    this.#skipLineEnd();
    return fields;
  }

  /** Up to the delimiter or the end of the line; a quote in it is a character like others. */
  #readPlain(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#atFieldEnd()) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #readQuoted(): string | { why: string } {
    let value = "";
    let from = this.#at + 1;
    while (true) {
      const quote = this.#text.indexOf('"', from);
      if (quote < 0) return { why: "a quoted field does not end" };
      value += this.#text.slice(from, quote);
      from = quote + 1;
      if (this.#text[from] !== '"') break;
      value += '"';
      from++;
    }
    this.#at = from;
    if (!this.atEnd && !this.#atFieldEnd()) return { why: "text after the end of a quoted field" };
    this.line += lineEnds(value);
    return value;
  }

  #atFieldEnd(): boolean {
    const character = this.#text[this.#at];
    return character === this.#delimiter || character === "\n" || character === "\r";
  }

  #skipLine(): void {
    while (!this.atEnd && this.#text[this.#at] !== "\n" && this.#text[this.#at] !== "\r") {
      this.#at++;
    }
    this.#skipLineEnd();
  }

  #skipLineEnd(): void {
    if (this.atEnd) return;
    this.#at += this.#text.startsWith("\r\n", this.#at) ? 2 : 1;
    this.line++;
  }
}

function lineEnds(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

export interface CsvFormat {
  /** Default `,`. Excel in much of Europe wants `;`. */
  delimiter?: Delimiter;
  /** Begins with a byte order mark, without which Excel takes UTF-8 for something else. */
  byteOrderMark?: boolean;
}

/** Records with CRLF; a field is quoted where it must be. */
export function formatCsv(records: Iterable<string[]>, format: CsvFormat = {}): string {
  const delimiter = format.delimiter ?? ",";
  let text = format.byteOrderMark === true ? "\ufeff" : "";
  for (const fields of records) {
    // A record of one empty field would be an empty line, which is no record.
    const alone = fields.length === 1;
    text += fields.map((field) => quoted(field, delimiter, alone)).join(delimiter) + "\r\n";
  }
  return text;
}

function quoted(field: string, delimiter: Delimiter, alone: boolean): string {
  const needed = field.includes(delimiter) || /["\r\n]|^\s|\s$|^\ufeff|^sep=/i.test(field) ||
    alone && field === "";
  return needed ? `"${field.replaceAll('"', '""')}"` : field;
}
