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
import { chooseBackend } from "./native/audio/mod.ts";
import { runHost } from "./run_host.ts";

await runHost(Deno.args[0], () => chooseBackend(Deno.env.get("OFFHOOK_AUDIO_BACKEND")));
