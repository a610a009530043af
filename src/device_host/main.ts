/**
 * The device host: a process of its own for every native addon, so that their crashes, hangs and
 * prints are not the phone's.
 *
 *     station ──spawns──► device host ──► naudiodon | libportaudio ──► sound card
 *        │                    ▲   ▲
 *        └── control socket ──┘   └── PCM frames ── media worker
 *
 * `main.ts SOCKET` listens on SOCKET (in a folder that only this user can enter) and lives as long as
 * it has clients: it leaves when the last one has gone, and when none came. SIGINT and SIGHUP go to
 * the whole process group of a terminal and are the station's to act on; here they do nothing.
 */
import { AudioStreams } from "./audio_streams.ts";
import { chooseBackend } from "./choose_backend.ts";
import { exitAtOnce } from "./exit_at_once.ts";
import { complain, DeviceHostServer } from "./server.ts";

/** How long the host waits for its first client. */
const FIRST_CLIENT_MS = 10_000;
/** How long it takes at most to close everything at the end. */
const FAREWELL_MS = 2_000;
/** Exit status when native code hangs (sysexits.h: EX_SOFTWARE). */
const STATUS_HUNG = 70;

async function main(socket: string): Promise<void> {
  Deno.addSignalListener("SIGINT", () => {});
  Deno.addSignalListener("SIGHUP", () => {});
  const listener = Deno.listen({ transport: "unix", path: socket });
  const backend = await chooseBackend(Deno.env.get("OFFHOOK_AUDIO_BACKEND"));
  const audio = new AudioStreams(backend, {
    clock: () => performance.now(),
    fatal(reason) {
      complain(reason);
      exitAtOnce(STATUS_HUNG);
    },
  });
  const leave = async () => {
    setTimeout(() => exitAtOnce(0), FAREWELL_MS);
    await server.close().catch(() => {});
    await audio.close().catch(() => {});
    removeTraces(socket);
    exitAtOnce(0);
  };
  const server = new DeviceHostServer(listener, { backend: backend.name, audio }, leave);
  Deno.addSignalListener("SIGTERM", leave);
  setTimeout(() => server.clients === 0 && leave(), FIRST_CLIENT_MS);
  await server.serve();
}

/** The socket, and its folder unless the station put more into it; a killed station cannot. */
function removeTraces(socket: string): void {
  for (const path of [socket, socket.slice(0, socket.lastIndexOf("/"))]) {
    try {
      Deno.removeSync(path);
    } catch {
      // Gone already, or not empty.
    }
  }
}

await main(Deno.args[0]);
