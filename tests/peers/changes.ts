/** Waiting for something that a stream of events will bring about. */

export class Changes {
  readonly #wakers = new Set<() => void>();

  /** Something changed: everybody who waits looks again. */
  notify(): void {
    for (const wake of this.#wakers) wake();
  }

  /**
   * Looks now and after every change, until there is something.
   * @param look undefined: not yet; what it throws ends the waiting
   * @param complain the error's text when the time is over
   */
  async until<T>(
    look: () => T | undefined,
    timeoutMs: number,
    complain: () => string,
  ): Promise<T> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const left = end - performance.now();
      if (left <= 0) throw new Error(`${complain()} (waited ${timeoutMs} ms)`);
      await this.#next(left);
    }
  }

  #next(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#wakers.add(resolve);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#wakers.delete(resolve);
    });
  }
}
