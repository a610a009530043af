/** The last lines of what a child process prints, bounded in number and length. */

const LINES = 40;
const LINE_LENGTH = 200;

export class LogTail {
  readonly #lines: string[] = [];

  /** Reads a stream to its end. Never rejects. */
  async follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for await (const bytes of stream) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
        rest = lines.pop()!.slice(-LINE_LENGTH);
        for (const line of lines) this.#add(line);
      }
    } catch {
      // The process is gone; what it said before is what counts.
    }
    this.#add(rest);
  }

  #add(line: string): void {
    const text = line.trim();
    if (text === "") return;
    this.#lines.push(text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH)}…` : text);
    if (this.#lines.length > LINES) this.#lines.shift();
  }

  /** The last `count` lines, oldest first. */
  last(count: number): string[] {
    return this.#lines.slice(-count);
  }
}
