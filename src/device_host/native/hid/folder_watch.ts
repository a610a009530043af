/**
 * Says when entries of a folder come, go or change their owner (Linux: inotify), through libc: Deno
 * watches /dev only for programs with every permission.
 *
 *     inotify ─► poll (on a thread of its own) ─► an entry that matters ─► quiet for QUIET_MS ─► changed
 *     stop ─► the watch is removed, which wakes the poll ─► closed
 */
import { pollInput } from "../contacts/mod.ts";

const SYMBOLS = {
  inotify_init1: { parameters: ["i32"], result: "i32" },
  inotify_add_watch: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  inotify_rm_watch: { parameters: ["i32", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

const IN_NONBLOCK = 0o4000, IN_CLOEXEC = 0o2000000;
const IN_ATTRIB = 0x4, IN_CREATE = 0x100, IN_DELETE = 0x200;
/** sizeof(struct inotify_event) without its name, and where the name's length stands. */
const EVENT_BYTES = 16, LENGTH_AT = 12;
const READ_BYTES = 4096;
const FOREVER = -1;
/** udev gives a new node its owner some time after the kernel made it. */
const QUIET_MS = 100;

/**
 * @param matters by the name of the entry
 * @param changed called after each burst of changes
 * @returns ends the watch, and settles when it is over; undefined where there is none to be had
 */
export function watchFolder(
  path: string,
  matters: (name: string) => boolean,
  changed: () => void,
): (() => Promise<void>) | undefined {
  const libc = loadLibc();
  const file = libc?.inotify_init1(IN_NONBLOCK | IN_CLOEXEC) ?? -1;
  if (libc === undefined || file < 0) return undefined;
  const name = new TextEncoder().encode(`${path}\0`);
  const watch = libc.inotify_add_watch(file, name, IN_ATTRIB | IN_CREATE | IN_DELETE);
  if (watch < 0) {
    libc.close(file);
    return undefined;
  }
  let wanted = true;
  const following = follow(libc, file, matters, () => wanted, changed);
  return () => {
    if (wanted) libc.inotify_rm_watch(file, watch);
    wanted = false;
    return following;
  };
}

/** Undefined where there is no Linux with glibc. */
function loadLibc(): Libc | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  } catch {
    return undefined;
  }
}

async function follow(
  libc: Libc,
  file: number,
  matters: (name: string) => boolean,
  wanted: () => boolean,
  changed: () => void,
): Promise<void> {
  const waiting = pollInput(file);
  const bytes = new Uint8Array(READ_BYTES);
  let dirty = false;
  while (wanted()) {
    const ready = await libc.poll(waiting, 1n, dirty ? QUIET_MS : FOREVER);
    if (ready > 0) {
      const count = Number(libc.read(file, bytes, BigInt(READ_BYTES)));
      if (entryNames(bytes.subarray(0, Math.max(0, count))).some(matters)) dirty = true;
    } else if (dirty && wanted()) {
      dirty = false;
      changed();
    }
  }
  libc.close(file);
}

/** Names of the entries in what was read of an inotify file. */
export function entryNames(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names: string[] = [];
  for (let at = 0; at + EVENT_BYTES <= bytes.length;) {
    const length = view.getUint32(at + LENGTH_AT, true);
    const name = bytes.subarray(at + EVENT_BYTES, at + EVENT_BYTES + length);
    names.push(new TextDecoder().decode(name).replace(/\0+$/, ""));
    at += EVENT_BYTES + length;
  }
  return names;
}
