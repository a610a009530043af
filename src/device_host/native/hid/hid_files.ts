/**
 * What Linux tells of hidraw devices in files. Through libc: Deno gives /sys and /dev only to
 * programs with every permission, and the device host is not one.
 *
 *     /dev/hidraw3 ─► /sys/class/hidraw/hidraw3/device/report_descriptor
 *                  └► realpath …/usb1/1-2/1-2:1.3/0003:0B0E:2453.0004 ─► USB device 1-2
 *     /sys/class/sound/card1 ─► realpath …/usb1/1-2/1-2:1.0/sound/card1 ─► USB device 1-2
 */

/** Reading of files by path; `null` and false where it does not work out. */
export interface SystemFiles {
  read(path: string, maxBytes: number): Uint8Array | null;
  realPath(path: string): string | null;
  exists(path: string): boolean;
  /** May this process read and write it? */
  writable(path: string): boolean;
}

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  access: { parameters: ["buffer", "i32"], result: "i32" },
  realpath: { parameters: ["buffer", "buffer"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const O_RDONLY = 0, O_CLOEXEC = 0o2000000;
const F_OK = 0, R_OK_W_OK = 6;
const PATH_MAX = 4096;
const ALSA_CARDS = 32;

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** Undefined where there is no glibc: then hidapi has to do. */
export function libcFiles(): SystemFiles | undefined {
  if (Deno.build.os !== "linux") return undefined;
  let libc: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
  try {
    libc = Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  } catch {
    return undefined;
  }
  return {
    read(path, maxBytes) {
      const file = libc.open(cString(path), O_RDONLY | O_CLOEXEC);
      if (file < 0) return null;
      const buffer = new Uint8Array(maxBytes);
      const count = Number(libc.read(file, buffer, BigInt(maxBytes)));
      libc.close(file);
      return count < 0 ? null : buffer.slice(0, count);
    },
    realPath(path) {
      const buffer = new Uint8Array(PATH_MAX);
      if (libc.realpath(cString(path), buffer) === null) return null;
      return new TextDecoder().decode(buffer.subarray(0, buffer.indexOf(0)));
    },
    exists: (path) => libc.access(cString(path), F_OK) === 0,
    writable: (path) => libc.access(cString(path), R_OK_W_OK) === 0,
  };
}

/** HID 1.11 has no limit; Linux keeps at most so much. */
const MAX_DESCRIPTOR_BYTES = 4096;

/** What the files say of one hidraw device. */
export interface HidrawFacts {
  descriptor: string | null;
  access: "ok" | "denied";
  soundCards: number[];
}

/** @param path `/dev/hidrawN` */
export function hidrawFacts(files: SystemFiles, path: string): HidrawFacts {
  const node = `/sys/class/hidraw/${path.slice(path.lastIndexOf("/") + 1)}/device`;
  const bytes = files.read(`${node}/report_descriptor`, MAX_DESCRIPTOR_BYTES);
  const usb = usbDevice(files.realPath(node));
  return {
    descriptor: bytes === null || bytes.length === 0 ? null : bytes.toHex(),
    access: files.writable(path) ? "ok" : "denied",
    soundCards: usb === undefined ? [] : soundCards(files, usb),
  };
}

const CARD_LIST_BYTES = 16_384;

/** Every ALSA card by its number and what stands beside it: a card that comes is a line that was not there. */
export function alsaCards(files: SystemFiles | undefined): string[] {
  const bytes = files?.read("/proc/asound/cards", CARD_LIST_BYTES);
  if (bytes === null || bytes === undefined) return [];
  return new TextDecoder().decode(bytes).split("\n").filter((line) => /^ *\d+ \[/.test(line));
}

/** The path of the USB device that a path of one of its interfaces lies in. */
function usbDevice(path: string | null): string | undefined {
  return /^(.*\/\d+-[\d.]+)\/[^/]*:\d+\.\d+(\/|$)/.exec(path ?? "")?.[1];
}

function soundCards(files: SystemFiles, usb: string): number[] {
  const numbers = Array.from({ length: ALSA_CARDS }, (_, number) => number);
  return numbers.filter((number) => {
    const path = files.realPath(`/sys/class/sound/card${number}`);
    return path?.startsWith(`${usb}/`) ?? false;
  });
}
