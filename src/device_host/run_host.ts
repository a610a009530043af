/** The life of the device host's process, whatever its backend: see main.ts. */
import { type AudioBackend, AudioStreams } from "./native/audio/mod.ts";
import { exitAtOnce } from "./exit_at_once.ts";
import {
  alsaCards,
  type HidBackend,
  HidDevices,
  libcFiles,
  NodeHidBackend,
} from "./native/hid/mod.ts";
import { LinuxContacts } from "./native/contacts/mod.ts";
import { complain, DeviceHostServer } from "./server.ts";

/** How long the host waits for its first client. */
const FIRST_CLIENT_MS = 10_000;
/** How long it takes at most to close everything at the end. */
const FAREWELL_MS = 2_000;
/** Exit status when native code hangs (sysexits.h: EX_SOFTWARE). */
const STATUS_HUNG = 70;

/**
 * Runs until the process ends.
 *
 * @param socket path to listen on
 * @param makeBackend makes the sound library's adapter; must not throw
 * @param hidBackend adapter of the HID library, which it loads when it is first asked
 */
export async function runHost(
  socket: string,
  makeBackend: () => Promise<AudioBackend>,
  hidBackend: HidBackend = new NodeHidBackend(),
): Promise<void> {
  Deno.addSignalListener("SIGINT", () => {});
  Deno.addSignalListener("SIGHUP", () => {});
  const listener = Deno.listen({ transport: "unix", path: socket });
  const backend = await makeBackend();
  const files = libcFiles();
  const audio = new AudioStreams(backend, {
    clock: () => performance.now(),
    cards: () => alsaCards(files),
    fatal(reason) {
      complain(reason);
      exitAtOnce(STATUS_HUNG);
    },
  });
  const hid = new HidDevices(hidBackend);
  const leave = async () => {
    setTimeout(() => exitAtOnce(0), FAREWELL_MS);
    server.close();
    await hid.close();
    await audio.close().catch(() => {});
    removeTraces(socket);
    exitAtOnce(0);
  };
  const contacts = new LinuxContacts();
  const devices = { backend: backend.name, audio, hid, contacts };
  const server = new DeviceHostServer(listener, devices, leave);
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
