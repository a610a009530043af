/** Waiting for native code, which may never answer. */

/** A promise that did not settle in time; what it waits for may still be under way. */
export class Stuck extends Error {
  override readonly name = "Stuck";
}

/** @throws Stuck after `ms`; else what `promise` gives */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Stuck(`${what} did not finish within ${ms} ms`)), ms);
  });
  // A late rejection has nobody left to tell.
  promise.catch(() => {});
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs asynchronous sections one after the other, in the order of their calls. */
export class Lock {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(section: () => Promise<T>): Promise<T> {
    const result = this.#last.then(section);
    this.#last = result.catch(() => {});
    return result;
  }
}
