/// <reference lib="deno.worker" />
/**
 * The entry of the media thread: messages in, messages out, the engine between. Nothing that the main
 * thread does makes a packet late.
 */
import type { AccountId } from "../../core/account/mod.ts";
import type { IceSettings, IceSurroundings } from "../transport/ice/mod.ts";
import { aLawTables, type AudioDevices, loadResampler, muLawTables } from "../../audio/mod.ts";
import { lazily, OffhookError } from "../../base/mod.ts";
import { systemClock } from "../mod.ts";
import { loadCodecs } from "../codec/mod.ts";
import { MediaEngine } from "./engine.ts";
import { UdpSockets } from "../transport/mod.ts";
import type { FromWorker, MediaSettings, ToWorker } from "./worker_protocol.ts";

const say = (message: FromWorker) => self.postMessage(message);

let engine: MediaEngine | undefined;
let devices: Promise<AudioDevices> | undefined;
/** Questions about ICE that wait for their answer. */
const questions = new Map<number, (settings: IceSettings) => void>();
let lastQuestion = 0;

/** Asked for each call: passwords of TURN servers may be good for a while only. */
function askIceSettings(account: AccountId): Promise<IceSettings> {
  const question = ++lastQuestion;
  say({ type: "ice", question, account });
  return new Promise((resolve) => questions.set(question, resolve));
}

async function iceSurroundings(
  sockets: UdpSockets,
  { address }: MediaSettings,
  { addresses, caFile }: IceSettings,
): Promise<Pick<IceSurroundings, "addresses" | "resolve" | "link">> {
  const known = address === undefined ? addresses : [address];
  const { ownAddresses, systemLinks } = await lazily<typeof import("../transport/ice/mod.ts")>(
    import.meta.url,
    "../transport/ice/mod.ts",
  );
  return {
    addresses: known === undefined ? ownAddresses : () => known,
    resolve: (host) => sockets.resolveAll(host),
    link: systemLinks(caFile),
  };
}

/** Most calls of a script have no sound card: its modules load with the first that has. */
async function loadDevices(port: MessagePort): Promise<AudioDevices> {
  const [{ deviceEndpoints }, { remoteAccess }] = await Promise.all([
    lazily<typeof import("../../audio/device/device.ts")>(
      import.meta.url,
      "../../audio/device/device.ts",
    ),
    lazily<typeof import("../../audio/device/device_access.ts")>(
      import.meta.url,
      "../../audio/device/device_access.ts",
    ),
  ]);
  return deviceEndpoints(remoteAccess(port));
}

/** After this time, ms, a call that is made by one command rings, and a station has nothing to do. */
const IDLE_AFTER_MS = 1_000;

/** What the first call would wait for, made while it is being set up, or before there is one. */
function warmUp(codecs: readonly string[]): void {
  loadResampler().catch(() => {});
  muLawTables();
  aLawTables();
  // Opus takes a tenth of a second of this thread; a failure comes again with the call.
  setTimeout(() => loadCodecs(codecs).catch(() => {}), IDLE_AFTER_MS);
}

function start(settings: MediaSettings, devicePort?: MessagePort): MediaEngine {
  const words = new Uint32Array(1);
  const random = () => crypto.getRandomValues(words)[0]!;
  const sockets = new UdpSockets({ range: settings.ports, address: settings.address, random });
  return new MediaEngine({
    clock: systemClock,
    random,
    sockets,
    devices: devicePort && (() => devices ??= loadDevices(devicePort)),
    notify: (input) => say({ type: "input", input }),
    ice: {
      settings: askIceSettings,
      surroundings: (asked) => iceSurroundings(sockets, settings, asked),
    },
  });
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case "configure":
      engine = start(data.settings, data.devices);
      warmUp(data.settings.codecs ?? []);
      return;
    case "ice":
      questions.get(data.question)?.(data.settings);
      questions.delete(data.question);
      return;
    case "effect":
      engine?.perform(data.effect, data.port);
      return;
    case "levels":
      engine?.meter(data.on ? (levels) => say({ type: "levels", levels }) : undefined);
      return;
    case "ping":
      say({ type: "pong" });
      return;
    case "stop":
      await engine?.close(data.finishes);
      say({ type: "stopped" });
  }
};

// A bug in a timer or a socket callback must not end the thread and with it every call's sound.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  say({ type: "broken", error: OffhookError.from(event.reason).toJSON() });
});
self.addEventListener("error", (event) => {
  event.preventDefault();
  say({ type: "broken", error: OffhookError.from(event.error).toJSON() });
});
