/**
 * Device files of the guest through libc by FFI, non-blocking: Deno runs one operation on a file at a
 * time, so that a waiting read would hold back every write.
 */

export const LIBC = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  /** An ioctl that takes a number. */
  set: { name: "ioctl", parameters: ["i32", "u64", "i32"], result: "i32" },
}).symbols;

const O_RDWR = 2, O_NONBLOCK = 0o4000;

/** @returns the file's number. @throws Error when it does not open */
export function openDevice(path: string): number {
  const file = LIBC.open(new TextEncoder().encode(`${path}\0`), O_RDWR | O_NONBLOCK);
  if (file < 0) throw new Error(`${path} does not open`);
  return file;
}

/** @throws Error when the file does not take all of it */
export function writeDevice(file: number, bytes: Uint8Array<ArrayBuffer>): void {
  const written = Number(LIBC.write(file, bytes, BigInt(bytes.length)));
  if (written !== bytes.length) {
    throw new Error(`a device took ${written} of ${bytes.length} bytes`);
  }
}

/** What waits to be read; undefined when nothing does. */
export function readDevice(file: number, maxBytes: number): Uint8Array | undefined {
  const bytes = new Uint8Array(maxBytes);
  const count = Number(LIBC.read(file, bytes, BigInt(maxBytes)));
  return count > 0 ? bytes.subarray(0, count) : undefined;
}
