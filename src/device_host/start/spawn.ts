/**
 * Starts the program of the device host: a child of this process, or of another that may start
 * programs when this one may not (see `src/spawner`).
 */

import { hostEnvironment } from "./host_environment.ts";

/** What of a child process is needed here; a {@link Deno.ChildProcess} is one. */
export interface HostChild {
  readonly pid: number;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** Settles when it is gone. */
  readonly status: Promise<unknown>;
  kill(signal: "SIGKILL"): void;
  ref(): void;
  unref(): void;
}

/** A host that was started, with the socket that it is about to listen on. */
export interface StartedHost {
  child: HostChild;
  /** The socket's own, to be removed with it. */
  folder: string;
  socket: string;
}

export interface HostProgram {
  /** Program to run instead of the device host (a fake in tests): a path or file URL. */
  entry?: string;
  /** Environment on top of what of ours it gets. */
  env?: Record<string, string>;
  /** Where the socket's folder is made; absent: the folder of the user's sockets. */
  runtime?: string;
}

/** A folder for each host: what is left of a dead one is in nobody's way. */
export async function startHost(program: HostProgram): Promise<StartedHost> {
  const folder = await makeRuntimeFolder(program.runtime);
  const socket = `${folder}/socket`;
  return { child: spawnHost(program, folder, socket), folder, socket };
}

function spawnHost({ entry, env }: HostProgram, folder: string, socket: string): HostChild {
  const here = (path: string) => decodeURIComponent(new URL(path, import.meta.url).pathname);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${here("../../../deno.json")}`,
      "-P=device-host",
      // Besides that, its own socket and the addons; node-hid's loader asks for the C library.
      `--allow-net=unix:${socket}`,
      `--allow-read=${[folder, here("../../../"), "/etc/alpine-release"].map(escaped).join()}`,
      `--allow-write=${escaped(folder)}`,
      entry ?? here("../main.ts"),
      socket,
    ],
    clearEnv: true,
    env: { ...hostEnvironment(), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A group of its own: a Ctrl-C in the terminal is the station's to act on.
    detached: true,
  }).spawn();
  // Holds back neither the end of the station nor a test.
  child.unref();
  return child;
}

/** A path in a list of a permission flag. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}

/** A folder that only this user can enter, for the sockets. */
async function makeRuntimeFolder(wanted?: string): Promise<string> {
  if (wanted !== undefined) return await Deno.makeTempDir({ dir: wanted, prefix: "devices-" });
  const dir = Deno.env.get("XDG_RUNTIME_DIR");
  const options = { prefix: "offhook-devices-" };
  try {
    if (dir) return await Deno.makeTempDir({ ...options, dir });
  } catch {
    // Not there, as under sudo or cron: the system's folder for temporary files does as well.
  }
  return await Deno.makeTempDir(options);
}
