/**
 * Ends the host without the destructors of the native libraries, which may wait for threads that
 * hang: `_exit` of the C library, where it can be had.
 */

const LIBRARIES: Record<string, string> = { linux: "libc.so.6", darwin: "libSystem.dylib" };

export function exitAtOnce(status: number): never {
  try {
    const { symbols } = Deno.dlopen(LIBRARIES[Deno.build.os], {
      _exit: { parameters: ["i32"], result: "void" },
    });
    symbols._exit(status);
  } catch {
    // An unknown system or C library (musl): the ordinary way.
  }
  Deno.exit(status);
}
