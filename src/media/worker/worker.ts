/// <reference lib="deno.worker" />
/**
 * The entry of the media thread: messages in, messages out, the engine between. Nothing that the main
 * thread does makes a packet late.
 */
import { aLawTables, type AudioDevices, loadResampler, muLawTables } from "../../audio/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { systemClock } from "../mod.ts";
import { MediaEngine } from "./engine.ts";
import { UdpSockets } from "../transport/mod.ts";
import type { FromWorker, MediaSettings, ToWorker } from "./worker_protocol.ts";

const say = (message: FromWorker) => self.postMessage(message);

let engine: MediaEngine | undefined;
let devices: Promise<AudioDevices> | undefined;

/** Most calls of a script have no sound card: its modules load with the first that has. */
async function loadDevices(port: MessagePort): Promise<AudioDevices> {
  const [{ deviceEndpoints }, { remoteAccess }] = await Promise.all([
    import("../../audio/device/device.ts"),
    import("../../audio/device/device_access.ts"),
  ]);
  return deviceEndpoints(remoteAccess(port));
}

/** What the first call would wait for, made while it is being set up. */
function warmUp(): void {
  loadResampler().catch(() => {});
  muLawTables();
  aLawTables();
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
  });
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case "configure":
      engine = start(data.settings, data.devices);
      warmUp();
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
      await engine?.close();
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
