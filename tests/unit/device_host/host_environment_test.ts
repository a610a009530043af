/** The process with native code gets no secret of ours. */
import assert from "node:assert/strict";
import { hostEnvironment } from "../../../src/device_host/start/host_environment.ts";

Deno.test("what sound systems read goes along, passwords and tokens do not", () => {
  const ours: Record<string, string> = {
    HOME: "/home/alice",
    XDG_RUNTIME_DIR: "/run/user/1000",
    PULSE_SERVER: "unix:/x",
    OFFHOOK_AUDIO_BACKEND: "alsa",
    OFFHOOK_PASSWORD: "secret",
    OFFHOOK_TOKEN: "secret",
    ALICE_PASSWORD: "secret",
    SSH_AUTH_SOCK: "/agent",
    NOTIFY_SOCKET: "/run/systemd/notify",
    LD_PRELOAD: "/x.so",
  };
  assert.deepEqual(hostEnvironment((name) => ours[name]), {
    HOME: "/home/alice",
    XDG_RUNTIME_DIR: "/run/user/1000",
    PULSE_SERVER: "unix:/x",
    OFFHOOK_AUDIO_BACKEND: "alsa",
    JACK_NO_START_SERVER: "1",
  });
});

Deno.test("what this process may not read is left out", () => {
  const read = (name: string) => {
    if (name === "HOME") return "/home/alice";
    throw new Deno.errors.NotCapable("no");
  };
  assert.deepEqual(hostEnvironment(read), { HOME: "/home/alice", JACK_NO_START_SERVER: "1" });
});
