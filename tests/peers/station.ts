/** A real station process with an account on the practice PBX of the test's own process, or elsewhere. */
import type { RemotePhone } from "../../src/control/client/remote_phone.ts";
import { PracticePbx } from "../../src/lab/practice_pbx.ts";
import { Offhook } from "./offhook.ts";
import type { Scratch } from "./scratch.ts";

/** Of alice, and in no other word. */
export const PASSWORD = "s3cret-of-hers";

export interface StationPlace {
  /** Environment of commands that shall find the station. */
  env: Record<string, string>;
  socket: string;
}

export interface StationScene extends StationPlace {
  pbx: PracticePbx;
  /** Passwords that the PBX wants, by user; may be changed at any time. */
  users: Map<string, string>;
  /** `host:port` of the PBX. */
  place: string;
}

/** A PBX, and a configuration for alice on it; no station yet. */
export async function aPbx(scratch: Scratch, more = ""): Promise<StationScene> {
  const users = new Map([["alice", PASSWORD], ["bob", "bob"]]);
  const pbx = await PracticePbx.start({
    listen: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
    users,
    log: () => {},
  });
  scratch.defer(() => pbx.close());
  const place = `127.0.0.1:${pbx.listening[0]!.port}`;
  return { pbx, users, place, ...await configure(scratch, place, { password: PASSWORD, more }) };
}

/** A configuration for alice on a server: `host:port`, reached over UDP; `account` is more lines of hers. */
export async function configure(
  scratch: Scratch,
  server: string,
  { password, more = "", account = "" }: { password: string; more?: string; account?: string },
): Promise<StationPlace> {
  const config = scratch.file("config.toml");
  await Deno.writeTextFile(
    config,
    `[accounts.alice]
user = "alice"
server = "${server}"
transport = "udp"
password_env = "ALICE_PASSWORD"
${account}
[audio]
mic = "silence"
speaker = "null"
[headset]
enabled = false
${more}
`,
  );
  const socket = scratch.file("control.sock");
  const env = { OFFHOOK_CONFIG: config, OFFHOOK_SOCKET: socket, ALICE_PASSWORD: password };
  return { env, socket };
}

/** Starts a station and waits until it serves and is registered. */
export async function startStation(
  scratch: Scratch,
  { env, socket }: StationPlace,
  options: { args?: string[]; name?: string } = {},
): Promise<Offhook> {
  const { args = [], name = "station" } = options;
  const station = Offhook.start(scratch, ["station", ...args], { env, name });
  await station.waitFor("stderr", /station on/);
  const phone = await connect(socket);
  const registered = Promise.withResolvers<void>();
  const { snapshot } = await phone.subscribe((event) => {
    if (event.type === "registration" && event.registration.state === "registered") {
      registered.resolve();
    }
  });
  if (snapshot.accounts[0]?.registration.state === "registered") registered.resolve();
  await registered.promise;
  await phone.close();
  return station;
}

export async function connect(socket: string): Promise<RemotePhone> {
  const { RemotePhone } = await import("../../src/control/client/remote_phone.ts");
  return await RemotePhone.connect({ address: socket });
}
