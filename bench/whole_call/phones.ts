/** The measured phones, behind one interface: ours as processes of the command line, and baresip. */
import { DIRECT_ACCOUNT } from "../../src/core/account/account.ts";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import { Baresip } from "../../tests/peers/baresip.ts";
import { Offhook } from "../../tests/peers/offhook.ts";
import type { PeerProcess } from "../../tests/peers/peer_process.ts";
import type { Scratch } from "../../tests/peers/scratch.ts";
import { spokenWav } from "../../tests/peers/spoken_wav.ts";
import { waitUntilBound } from "../../tests/peers/ports.ts";

/** A running call of a measured phone. */
export interface Dialling {
  pid: number;
  /** When the command was given, ms of `performance.now()`. */
  at: () => number;
  hangUp: () => Promise<void>;
}

/** A registered or waiting phone. */
export interface Standing {
  pid: number;
  startedAt: number;
  stop: () => Promise<void>;
}

export interface MeasuredPhone {
  name: string;
  /** Starts a process that registers at the address and stays. */
  register?(scratch: Scratch, address: string): Promise<Standing>;
  /** Gives the command to call; `at` is when it was given. */
  dial(scratch: Scratch, uri: string): Promise<Dialling>;
  /** Starts a phone that answers at once. */
  answer?(scratch: Scratch): Promise<Standing & { place: { hostname: string; port: number } }>;
}

let serial = 0;

export const offhook: MeasuredPhone = {
  name: "offhook",
  register(scratch, address) {
    const args = [
      "register",
      "--stay",
      "--server",
      address,
      "--user",
      "bench",
      "--transport",
      "udp",
    ];
    const phone = Offhook.start(scratch, args, { env: { OFFHOOK_PASSWORD: "none" }, name: next() });
    return Promise.resolve(standing(phone));
  },
  async dial(scratch, uri) {
    const says = await spokenWav();
    const args = ["dial", uri, "--mic", `file:${says}`, "--loop", "--speaker", "null", "--quiet"];
    const phone = Offhook.start(scratch, args, { name: next() });
    return { pid: phone.pid, at: () => phone.startedAt, hangUp: () => standing(phone).stop() };
  },
  async answer(scratch) {
    const args = [
      "answer",
      "--listen",
      "127.0.0.1:0",
      "--mic",
      "tone",
      "--speaker",
      "null",
      "--count",
      "0",
    ];
    const phone = Offhook.start(scratch, args, { name: next() });
    const [, port] = await phone.waitFor("stderr", /waiting for calls on \S+:(\d+) \(udp\)/);
    return { ...standing(phone), place: { hostname: "127.0.0.1", port: Number(port) } };
  },
};

/** Our phone as baresip is measured: it runs already, and is told to call over its control socket. */
export const station: MeasuredPhone = {
  name: "offhook station",
  async register(scratch, address) {
    const { process } = await stationProcess(scratch, address);
    return standing(process);
  },
  async dial(scratch, uri) {
    const { pid, phone } = await runningStation(scratch);
    const microphone = { kind: "file", path: await spokenWav(), loop: true } as const;
    const at = performance.now();
    const { call } = await phone.request("dial", {
      account: DIRECT_ACCOUNT,
      target: uri,
      endpoints: { microphone, speaker: { kind: "null" } },
    });
    const hangUp = async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      await phone.subscribe((event) => {
        if (event.type === "call.ended" && event.record.id === call) resolve();
      });
      await phone.request("hangup", { call });
      await promise;
    };
    return { pid, at: () => at, hangUp };
  },
};

/** @param registrar absent: the account does not register */
async function stationProcess(
  scratch: Scratch,
  registrar?: string,
): Promise<{ process: Offhook; address: string }> {
  const name = next();
  const config = scratch.file(`${name}.toml`);
  await Deno.writeTextFile(
    config,
    `[accounts.bench]\nuser = "bench"\nserver = "${registrar ?? "127.0.0.1:9"}"\n` +
      `register = ${registrar !== undefined}\n[headset]\nenabled = false\n`,
  );
  const address = scratch.file(`${name}.sock`);
  const env = { OFFHOOK_CONFIG: config, OFFHOOK_SOCKET: address, OFFHOOK_PASSWORD: "none" };
  return { process: Offhook.start(scratch, ["station"], { env, name }), address };
}

interface RunningStation {
  pid: number;
  phone: RemotePhone;
}

const stations = new WeakMap<Scratch, Promise<RunningStation>>();

/** One station for each scratch: it stays from call to call. */
function runningStation(scratch: Scratch): Promise<RunningStation> {
  const running = stations.get(scratch) ?? startStation(scratch);
  stations.set(scratch, running);
  return running;
}

async function startStation(scratch: Scratch): Promise<RunningStation> {
  const { process, address } = await stationProcess(scratch);
  await process.waitFor("stderr", /station on/);
  const phone = await RemotePhone.connect({ address });
  scratch.defer(() => phone.close());
  return { pid: process.pid, phone };
}

function standing(phone: Offhook): Standing {
  const stop = async () => {
    phone.interrupt();
    await phone.finished;
  };
  return { pid: phone.pid, startedAt: phone.startedAt, stop };
}

export const baresip: MeasuredPhone = {
  name: "baresip",
  async register(scratch, address) {
    const registrar = { address, password: "none", transport: "udp", caFile: "" } as const;
    // Not awaited to the end: it waits for the registration that the caller grants.
    const says = await spokenWav();
    const name = next();
    const { promise, resolve } = Promise.withResolvers<Standing>();
    const onStart = (process: PeerProcess) =>
      resolve({ pid: process.pid, startedAt: process.startedAt, stop: () => process.stop() });
    Baresip.start(scratch, { user: "bench", registrar, says, name, onStart }).catch(() => {});
    return await promise;
  },
  async dial(scratch, uri) {
    const phone = await Baresip.start(scratch, {
      user: "bench",
      says: await spokenWav(),
      name: next(),
    });
    const at = performance.now();
    await phone.dial(uri);
    const hangUp = async () => {
      await phone.hangup();
      await phone.waitForEvent("CALL_CLOSED");
      await phone.process.stop();
    };
    return { pid: phone.process.pid, at: () => at, hangUp };
  },
  async answer(scratch) {
    const says = await spokenWav();
    const phone = await Baresip.start(scratch, {
      user: "phone",
      says,
      autoAnswer: true,
      name: next(),
    });
    await waitUntilBound(phone.port);
    const { pid, startedAt } = phone.process;
    const place = { hostname: "127.0.0.1", port: phone.port };
    return { pid, startedAt, place, stop: () => phone.process.stop() };
  },
};

function next(): string {
  return `phone-${++serial}`;
}
