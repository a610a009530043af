/** The device host's process with the fake sound library: `entry` of a supervisor in tests. */
import { runHost } from "../../src/device_host/run_host.ts";
import { FakeBackend } from "./audio_backend.ts";

await runHost(Deno.args[0], () => Promise.resolve(new FakeBackend()));
