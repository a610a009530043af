/**
 * A report descriptor from hidapi itself, where no file has it (macOS, Windows, Linux without glibc).
 * node-hid does not export the call, but the library that it ships does.
 */

const SYMBOLS = {
  hid_init: { parameters: [], result: "i32" },
  hid_open_path: { parameters: ["buffer"], result: "pointer" },
  hid_get_report_descriptor: { parameters: ["pointer", "buffer", "usize"], result: "i32" },
  hid_close: { parameters: ["pointer"], result: "void" },
  // macOS alone: hidapi opens exclusively unless told otherwise
  hid_darwin_set_open_exclusive: { parameters: ["i32"], result: "void", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

type Hidapi = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

const MAX_DESCRIPTOR_BYTES = 4096;

let hidapi: Hidapi | null | undefined;

/** Hexadecimal; null where it cannot be had. Opens and closes the device. */
export function descriptorByHidapi(path: string): string | null {
  hidapi ??= load();
  if (hidapi === null) return null;
  const device = hidapi.hid_open_path(new TextEncoder().encode(`${path}\0`));
  if (device === null) return null;
  const buffer = new Uint8Array(MAX_DESCRIPTOR_BYTES);
  const count = hidapi.hid_get_report_descriptor(device, buffer, BigInt(buffer.length));
  hidapi.hid_close(device);
  return count <= 0 ? null : buffer.subarray(0, count).toHex();
}

function load(): Hidapi | null {
  for (const file of prebuilds()) {
    try {
      const { symbols } = Deno.dlopen(file, SYMBOLS);
      symbols.hid_init();
      symbols.hid_darwin_set_open_exclusive?.(0);
      return symbols;
    } catch {
      // Another C library, or none for this system.
    }
  }
  return null;
}

/** node-hid's binaries for this system, as pkg-prebuilds names them. */
function prebuilds(): string[] {
  const os = { linux: "linux", darwin: "darwin", windows: "win32" }[Deno.build.os as string];
  const arch = { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch];
  const folder = new URL("../../../../node_modules/node-hid/prebuilds/", import.meta.url).pathname;
  const name = os === "linux" ? "HID_hidraw" : "HID";
  return ["", "-musl"].map((libc) =>
    `${decodeURIComponent(folder)}${name}-${os}-${arch}${libc}/node-napi-v4.node`
  );
}
