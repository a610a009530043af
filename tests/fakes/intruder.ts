/** What code that got into a station could do: one word a permission, as JSON. Argv: further paths. */
import { Spawner } from "../../src/spawner/client.ts";

const state = (descriptor: Deno.PermissionDescriptor) =>
  Deno.permissions.querySync(descriptor).state === "granted";

/** All that Deno names. */
const FACTS = [
  ...["loadavg", "hostname", "systemMemoryInfo", "networkInterfaces", "osRelease", "osUptime"],
  ...["uid", "gid", "username", "cpus", "homedir", "statfs", "getPriority", "setPriority"],
] as const;

const [config, runtime, ...paths] = Deno.args;
new Spawner({ config: config!, runtime: runtime! }).close();
Deno.permissions.revokeSync({ name: "run" });
const found = {
  run: [Deno.execPath(), "sh", "offhook"].filter((command) => state({ name: "run", command })),
  ffi: state({ name: "ffi" }),
  sys: FACTS.filter((kind) => state({ name: "sys", kind })),
  env: ["HOME", "PATH", "LD_PRELOAD", "SSH_AUTH_SOCK", "PW_OF_ALICE"]
    .filter((variable) => state({ name: "env", variable })),
  read: paths.filter((path) => state({ name: "read", path })),
  write: paths.filter((path) => state({ name: "write", path })),
  everything: (["read", "write", "env", "run"] as const).filter((name) => state({ name })),
};
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(found)));
