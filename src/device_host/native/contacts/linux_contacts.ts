/**
 * Keys of input devices and GPIO lines, through libc.
 *
 *     open ─► level now ─► poll (on a thread of its own) ─► read ─► changes ─► poll …
 *                             └─ every 250 ms: still wanted?        └─ error: failed
 *
 * FFI and not Deno.open: Deno gives /dev only to programs with every permission.
 */
import { OffhookError } from "../../../base/mod.ts";
import type { ContactBackend, ContactEvents, OpenedContact } from "./backend.ts";
import {
  GET_KEYS,
  GET_LINE,
  GET_VALUES,
  isActive,
  isKeyDown,
  KEY_MAP_BYTES,
  keyChanges,
  lineChanges,
  lineFile,
  lineRequest,
  valuesRequest,
} from "./linux_input.ts";
import { pollInput } from "./poll_input.ts";
import type { ContactSource } from "../../wire/mod.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  access: { parameters: ["buffer", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

const O_RDONLY = 0, O_NONBLOCK = 0o4000, O_CLOEXEC = 0o2000000;
const F_OK = 0, R_OK = 4;
const POLL_MS = 250;
const READ_BYTES = 64 * 48;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** One open source: where it is read, and what its bytes say. */
interface Reading {
  file: number;
  active: boolean;
  /** Levels in the order of their coming. */
  changes(bytes: Uint8Array): boolean[];
}

export class LinuxContacts implements ContactBackend {
  #library: Libc | undefined;

  open(source: ContactSource, events: ContactEvents): OpenedContact {
    const libc = this.#libc();
    const reading = source.kind === "key" ? openKey(libc, source) : openLine(libc, source);
    let open = true;
    void follow(libc, reading, () => open, events);
    return { active: reading.active, close: () => void (open = false) };
  }

  /** @throws OffhookError `device-failed` where there is no Linux with glibc */
  #libc(): Libc {
    try {
      if (Deno.build.os !== "linux") throw new Error(`this is ${Deno.build.os}`);
      return this.#library ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
    } catch (cause) {
      throw new OffhookError("device-failed", "Keys and GPIO lines are read on Linux only", {
        hint: "Leave [[headset.keys]] and [[headset.gpio]] out of the configuration.",
        cause,
      });
    }
  }
}

async function follow(
  libc: Libc,
  { file, changes, ...reading }: Reading,
  wanted: () => boolean,
  events: ContactEvents,
): Promise<void> {
  const waiting = pollInput(file);
  const bytes = new Uint8Array(READ_BYTES);
  let { active } = reading;
  while (wanted()) {
    if (await libc.poll(waiting, 1n, POLL_MS) <= 0) continue;
    const count = Number(libc.read(file, bytes, BigInt(READ_BYTES)));
    if (count <= 0) {
      if (wanted()) events.failed("it is gone");
      break;
    }
    for (const next of changes(bytes.subarray(0, count))) {
      if (next !== active && wanted()) events.changed(active = next);
    }
  }
  libc.close(file);
}

function openKey(libc: Libc, { device, code }: ContactSource & { kind: "key" }): Reading {
  const file = openFile(libc, device, "Type: sudo usermod -aG input $USER, and log in again.");
  const isDown = () => {
    const map = new Uint8Array(KEY_MAP_BYTES);
    return libc.ioctl(file, GET_KEYS, map) >= 0 && isKeyDown(map, code);
  };
  return {
    file,
    active: isDown(),
    changes(bytes) {
      const { changes, dropped } = keyChanges(bytes, code);
      return dropped ? [...changes, isDown()] : changes;
    },
  };
}

function openLine(libc: Libc, source: ContactSource & { kind: "gpio" }): Reading {
  const chip = openFile(libc, source.chip, "Type: sudo usermod -aG gpio $USER, and log in again.");
  const request = lineRequest(source);
  const done = libc.ioctl(chip, GET_LINE, request);
  libc.close(chip);
  if (done < 0) {
    throw new OffhookError(
      "device-failed",
      `Line ${source.line} of ${source.chip} is not to be had`,
      {
        hint: "Another program or a driver has it, or it does not exist: see `gpioinfo`.",
      },
    );
  }
  const file = lineFile(request);
  const values = valuesRequest();
  const active = libc.ioctl(file, GET_VALUES, values) >= 0 && isActive(values);
  return { file, active, changes: lineChanges };
}

function openFile(libc: Libc, path: string, hint: string): number {
  const text = new TextEncoder().encode(`${path}\0`);
  const file = libc.open(text, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file >= 0) return file;
  if (libc.access(text, F_OK) !== 0) {
    throw new OffhookError("device-not-found", `There is no device ${path}`);
  }
  if (libc.access(text, R_OK) === 0) {
    throw new OffhookError("device-failed", `The device ${path} does not open`);
  }
  throw new OffhookError("device-failed", `Permission denied: this user may not read ${path}`, {
    hint,
    data: { reason: "permission-denied", path },
  });
}
