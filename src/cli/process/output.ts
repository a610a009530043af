/**
 * The only ways out of the process for text. What could drive a terminal stops here, whoever put it
 * into the text, so that no command has to think of it.
 *
 *     words, JSON ─► write ───► cleanLines ──┐
 *     help ────────► styled ──► but colours ─┼─► put ─► stream
 *     exports ─────► data ────► a terminal? cleanLines : as it is
 *     our own line drawing ─► control ───────┘
 */
import { clean, cleanLines } from "../../base/mod.ts";

/** What we draw with on a line: back to its start and empty it; take the last character away. */
export type TerminalSequence = "\r\u001b[K" | "\b \b";

/** SGR: colours and weights, which harm nobody. */
// deno-lint-ignore no-control-regex
const STYLE = /(\u001b\[[0-9;]*m)/;

/** A stream that words or data go to. Writes keep their order, and never reject. */
export abstract class Output {
  abstract readonly isTty: boolean;
  /** Columns of the terminal; 80 when it is none. */
  abstract readonly columns: number;
  /** Nothing can be written any more: the reader is gone (EPIPE), or there is a `failure`. */
  closed = false;
  /** What made writing impossible when it was not the reader's leaving: a full disk. */
  failure: unknown;

  /** Resolves when the text is written as it is, or cannot be any more. */
  protected abstract put(text: string): Promise<void>;

  /** Lines of words or JSON. */
  write(text: string): Promise<void> {
    return this.put(cleanLines(text));
  }

  /** Each row one line of words, whatever its fields hold. */
  rows(rows: readonly string[]): Promise<void> {
    return this.put(rows.map((row) => `${clean(row)}\n`).join(""));
  }

  /** Data for another program. */
  data(text: string): Promise<void> {
    return this.isTty ? this.write(text) : this.put(text);
  }

  /** Words of ours with colours. */
  styled(text: string): Promise<void> {
    const parts = text.split(STYLE).map((part, at) => at % 2 === 1 ? part : cleanLines(part));
    return this.put(parts.join(""));
  }

  control(sequence: TerminalSequence): Promise<void> {
    return this.put(sequence);
  }
}
