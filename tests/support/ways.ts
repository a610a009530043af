/** Which modules of ours a call passes on its way, read off the call stack where it arrives. */

import assert from "node:assert/strict";

/** The modules of `src` on the stack, outermost first, each once. */
function way(): string[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const lines = (new Error().stack ?? "").split("\n");
  Error.stackTraceLimit = before;
  // Who waits for the end of a task has no part in what it does now.
  const stack = lines.filter((line) => !line.includes("at async ")).join("\n");
  const modules = [...stack.matchAll(/\/src\/([\w/]+\.ts):/g)].map(([, module]) => module!);
  return [...new Set(modules.reverse())];
}

type Method = (this: unknown, ...args: never[]) => unknown;

/** A part of a way. */
export interface Leg {
  /** The method that it ends at, and what has that: a prototype. */
  to: [owner: object, method: string];
  /** The modules that it passes; the first one tells it from other ways to that method. */
  way: string[];
}

/** How often a turn is taken before a part is missing. */
const TURNS = 2_000;

/**
 * Takes turns until every part of a way was travelled.
 * @throws AssertionError for a part that is another one, or that nothing travels
 */
export async function travelled(legs: Leg[], turn: () => Promise<void>): Promise<void> {
  const seen = new Map<Leg, string[]>();
  using _watching = watching(legs, (leg, way) => seen.has(leg) || seen.set(leg, way));
  for (let i = 0; i < TURNS && seen.size < legs.length; i++) await turn();
  for (const leg of legs) assert.deepEqual(seen.get(leg), leg.way);
}

/** Tells each call that may be a leg's, until it is disposed of. */
function watching(legs: Leg[], tell: (leg: Leg, way: string[]) => void): Disposable {
  const stack = new DisposableStack();
  for (const leg of legs) {
    const [owner, name] = leg.to as [Record<string, Method>, string];
    const original = owner[name]!;
    const own = Object.hasOwn(owner, name);
    owner[name] = function (...args) {
      const passed = way();
      if (passed[0] === leg.way[0]) tell(leg, passed);
      return original.apply(this, args);
    };
    stack.defer(() => {
      if (own) owner[name] = original;
      else delete owner[name];
    });
  }
  return stack;
}

/** The prototype of the runtime's connections on Unix sockets. */
export async function unixSocket(path: string): Promise<object> {
  const connection = await Deno.connect({ transport: "unix", path });
  connection.close();
  return Object.getPrototypeOf(connection);
}

/** The prototype of the runtime's UDP sockets. */
export function udpSocket(): object {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  socket.close();
  return Object.getPrototypeOf(socket);
}
