/**
 * The media thread by itself. It imports nothing of ours, so that a command can start the thread first
 * and read the modules of its phone meanwhile.
 */

/** A started thread, until a {@link import("./media_worker.ts").MediaWorker} takes it. */
export interface MediaThread {
  readonly worker: Worker;
  /** It broke before somebody took it. */
  broken: boolean;
}

/**
 * RTP, sound files, and the device host's socket: no programs, no environment, no native code. ICE asks
 * which addresses this machine has.
 */
const PERMISSIONS: Deno.PermissionOptions = {
  net: "inherit",
  read: "inherit",
  write: "inherit",
  env: false,
  sys: ["networkInterfaces"],
  run: false,
  ffi: false,
  import: false,
};

/** @param program tests have one that breaks */
export function startThread(program = new URL("./worker.ts", import.meta.url)): MediaThread {
  const worker = new Worker(program, {
    type: "module",
    name: "media",
    deno: { permissions: PERMISSIONS },
  });
  const thread = { worker, broken: false };
  worker.onerror = (event) => {
    event.preventDefault();
    thread.broken = true;
  };
  return thread;
}
