/**
 * Who has connected and has not said yet who they are; few at a time.
 *
 *     add ─► room? ─► waits until it has said it (delete)
 *              └ none: the oldest of the source that has most of them is ended
 *
 * A newcomer always gets in, so that silent ones, however many, keep nobody out. Pure.
 */
export class Newcomers<T> {
  readonly #most: number;
  readonly #end: (stranger: T) => void;
  /** In the order in which they came, with where they came from. */
  readonly #sources = new Map<T, string>();

  /** @param end lets one go; called when another needs its place */
  constructor(most: number, end: (stranger: T) => void) {
    this.#most = most;
    this.#end = end;
  }

  get size(): number {
    return this.#sources.size;
  }

  add(stranger: T, source: string): void {
    this.#sources.set(stranger, source);
    if (this.#sources.size <= this.#most) return;
    const oldest = this.#oldestOfTheMany();
    this.#sources.delete(oldest);
    this.#end(oldest);
  }

  delete(stranger: T): void {
    this.#sources.delete(stranger);
  }

  #oldestOfTheMany(): T {
    const counts = new Map<string, number>();
    for (const source of this.#sources.values()) counts.set(source, (counts.get(source) ?? 0) + 1);
    const most = Math.max(...counts.values());
    return [...this.#sources].find(([, source]) => counts.get(source) === most)![0];
  }
}
