/**
 * The folder and the processes of one test.
 *
 *     withScratch(name, run) ─► folder ─► peers log into it ─► run ends
 *                                         ├─ well: peers stopped, folder removed
 *                                         └─ badly: peers stopped, folder kept, its path in the error
 */

/** What a test's peers share: a folder, and the list of what must be undone. */
export class Scratch {
  /** The folder, absolute. */
  readonly path: string;
  readonly #undo: (() => Promise<void> | void)[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** Absolute path of a file in the folder. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Runs at the end of the test, last deferred first, whatever came of the test. */
  defer(undo: () => Promise<void> | void): void {
    this.#undo.push(undo);
  }

  /** Undoes everything; the first failure is thrown after all have run. */
  async close(): Promise<void> {
    let failure: unknown;
    for (const undo of this.#undo.reverse()) {
      try {
        await undo();
      } catch (error) {
        failure ??= error;
      }
    }
    this.#undo.length = 0;
    if (failure !== undefined) throw failure;
  }
}

/** Runs a test body with a folder of its own. @throws what `run` throws, with the folder's path added */
export async function withScratch<T>(run: (scratch: Scratch) => Promise<T>): Promise<T> {
  const scratch = new Scratch(await Deno.makeTempDir({ prefix: "offhook-peers-" }));
  try {
    const result = await run(scratch);
    await scratch.close();
    if (!Deno.env.get("OFFHOOK_KEEP_LOGS")) await Deno.remove(scratch.path, { recursive: true });
    return result;
  } catch (error) {
    await scratch.close().catch(() => {});
    if (error instanceof Error) error.message += `\n[logs of the peers: ${scratch.path}]`;
    throw error;
  }
}
