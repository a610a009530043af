/**
 * Files of several calls, a number in the name of each, so that none overwrites another's:
 * `caller.wav` ─► `caller-1.wav`, `caller-2.wav`, …
 */
import { format, parse } from "node:path";
import type { AudioEndpoints } from "../../../core/ports/mod.ts";

export class NumberedFiles {
  readonly #exists: (path: string) => Promise<boolean>;
  #number = 0;

  constructor(exists: (path: string) => Promise<boolean> = isThere) {
    this.#exists = exists;
  }

  /** The endpoints of the next call: the same number in every file of it, and none that is there. */
  async next(endpoints: AudioEndpoints): Promise<AudioEndpoints> {
    const { speaker, record } = endpoints;
    if (record === undefined && speaker.kind !== "file") return endpoints;
    while (true) {
      const number = ++this.#number;
      const numbered: AudioEndpoints = {
        ...endpoints,
        ...(record === undefined ? {} : { record: withNumber(record, number) }),
        ...(speaker.kind === "file"
          ? { speaker: { ...speaker, path: withNumber(speaker.path, number) } }
          : {}),
      };
      const paths = [
        ...(numbered.record === undefined ? [] : [numbered.record]),
        ...(numbered.speaker.kind === "file" ? [numbered.speaker.path] : []),
      ];
      const taken = await Promise.all(paths.map(this.#exists));
      if (!taken.includes(true)) return numbered;
    }
  }
}

function withNumber(path: string, number: number): string {
  const { dir, root, name, ext } = parse(path);
  return format({ dir, root, name: `${name}-${number}`, ext });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
