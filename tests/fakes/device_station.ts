/** A process that uses the device host as a station does: says its host's pid and socket, and stays. */
// deno-lint-ignore-file no-console
import { deviceEndpoints } from "../../src/audio/device/device.ts";
import { DeviceHostSupervisor } from "../../src/device_host/client/supervisor.ts";

const [speaker, entry] = Deno.args;
const host = new DeviceHostSupervisor(entry === undefined ? {} : { entry });
const { devices } = await host.listDevices();
const sink = deviceEndpoints(host).sink(speaker);
await sink.open({ failed() {}, restored() {}, ended() {} });
sink.start();
console.log(
  JSON.stringify({ pid: await host.pid(), socket: await host.socket(), devices: devices.length }),
);
const silence = new Int16Array(960);
setInterval(() => sink.write(silence), 20);
