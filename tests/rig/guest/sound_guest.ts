/**
 * Runs in the rig's guest: a sound card that is plugged in while another one is open, with the real
 * libportaudio, which looks for cards only while none of its streams is open.
 */
import assert from "node:assert/strict";
import { DeviceHostConnection } from "../../../src/device_host/client/connection.ts";
import { DeviceHostSupervisor } from "../../../src/device_host/client/supervisor.ts";
import { START_LIMIT_MS, until } from "./place.ts";

Deno.test("a sound card that comes while another one is open is listed, both go on", async () => {
  const asound = new URL("asound.conf", import.meta.url).pathname;
  const env = { OFFHOOK_AUDIO_BACKEND: "ffi", ALSA_CONFIG_PATH: asound };
  const supervisor = new DeviceHostSupervisor({ env, startLimitMs: START_LIMIT_MS });
  try {
    const connection = await DeviceHostConnection.connect(await supervisor.socket());
    let frames = 0;
    const stream = await connection.openStream("playback", "Loopback: PCM (hw:0,0)", 10, {
      level: () => frames++,
      failed: (error) => assert.fail(error.message),
    });
    const playsOn = async () => {
      const before = frames;
      await until(() => {
        stream.send(new Int16Array(stream.opened.rate / 50));
        return Promise.resolve(frames > before || undefined);
      });
    };
    await playsOn();
    new Deno.Command("/run/rig/bin/busybox", { args: ["modprobe", "snd-dummy"] }).outputSync();
    await until(async () => {
      const { devices } = await connection.listDevices();
      return devices.some(({ name }) => name.startsWith("Dummy")) || undefined;
    });
    await playsOn();
    connection.close();
  } finally {
    await supervisor.close();
  }
});
