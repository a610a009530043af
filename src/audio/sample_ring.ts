/**
 * A bounded ring of 16-bit samples between a writer and a reader of one thread. On the real-time
 * path: neither side waits or allocates.
 */
export class SampleRing {
  readonly capacity: number;
  readonly #samples: Int16Array;
  #read = 0;
  #length = 0;

  /** @param capacity samples */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#samples = new Int16Array(capacity);
  }

  /** Samples that wait to be read. */
  get length(): number {
    return this.#length;
  }

  /** Samples that can be written. */
  get room(): number {
    return this.capacity - this.#length;
  }

  /** Appends as much as there is room for. @returns samples taken */
  write(samples: Int16Array): number {
    const count = Math.min(samples.length, this.room);
    const start = (this.#read + this.#length) % this.capacity;
    const first = Math.min(count, this.capacity - start);
    this.#samples.set(samples.subarray(0, first), start);
    if (count > first) this.#samples.set(samples.subarray(first, count), 0);
    this.#length += count;
    return count;
  }

  /** Fills the front of `into` with what there is. @returns samples written */
  read(into: Int16Array): number {
    const count = Math.min(into.length, this.#length);
    const first = Math.min(count, this.capacity - this.#read);
    into.set(this.#samples.subarray(this.#read, this.#read + first));
    if (count > first) into.set(this.#samples.subarray(0, count - first), first);
    this.drop(count);
    return count;
  }

  /** Forgets the oldest samples. */
  drop(count: number): void {
    const dropped = Math.min(count, this.#length);
    this.#read = (this.#read + dropped) % this.capacity;
    this.#length -= dropped;
  }
}
