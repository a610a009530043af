// deno-lint-ignore-file no-console
/**
 * What asking a station costs: a thousand questions in a row, a thousand clients that come, ask and go,
 * a hundred clients at once, and the command; then what is left of them in the station.
 *
 *     deno run --allow-all bench/station_status.ts
 */
import { RemotePhone } from "../src/control/client/remote_phone.ts";
import { Offhook } from "../tests/peers/offhook.ts";
import { withScratch } from "../tests/peers/scratch.ts";
import { residentMebibytes } from "./whole_call/process_usage.ts";
import { spread } from "./whole_call/statistics.ts";

const COMMANDS = 20;

/** Runs one after the other. @returns ms of each */
async function times(count: number, run: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    const begin = performance.now();
    await run();
    taken.push(performance.now() - begin);
  }
  return taken;
}

function say(what: string, taken: number[]): void {
  const { median, p99, max } = spread(taken);
  const [a, b, c] = [median, p99, max].map((ms) => ms.toFixed(2).padStart(8));
  console.log(`${what.padEnd(44)} median ${a} ms   p99 ${b} ms   worst ${c} ms`);
}

function openFiles(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

await withScratch(async (scratch) => {
  const config = scratch.file("config.toml");
  await Deno.writeTextFile(
    config,
    `[accounts.bench]\nuser = "bench"\nserver = "127.0.0.1:9"\nregister = false\n` +
      `[headset]\nenabled = false\n`,
  );
  const address = scratch.file("control.sock");
  const env = { OFFHOOK_CONFIG: config, OFFHOOK_SOCKET: address };
  const station = Offhook.start(scratch, ["station"], { env, name: "station" });
  await station.waitFor("stderr", /station on/);
  const connect = () => RemotePhone.connect({ address });
  const visit = async () => {
    const phone = await connect();
    await phone.request("status", {});
    await phone.close();
  };

  const phone = await connect();
  const ask = () => phone.request("status", {});
  await times(300, ask);
  await times(300, visit);
  const before = { memory: residentMebibytes(station.pid), files: openFiles(station.pid) };

  say("status, a thousand in a row", await times(1000, ask));
  say("connect, status, close, a thousand in a row", await times(1000, visit));
  const crowd = await Promise.all(Array.from({ length: 100 }, connect));
  const rounds = await times(
    10,
    () => Promise.all(crowd.map((each) => each.request("status", {}))),
  );
  say("status of a hundred clients at once", rounds);
  await Promise.all(crowd.map((each) => each.close()));
  const command = async () => {
    await Offhook.start(scratch, ["status", "--quiet"], { env, name: "status" }).finished;
  };
  await command();
  say(`offhook status, ${COMMANDS} in a row`, await times(COMMANDS, command));

  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = { memory: residentMebibytes(station.pid), files: openFiles(station.pid) };
  console.log(
    `the station before: ${before.memory.toFixed(1)} MiB, ${before.files} files; ` +
      `after: ${after.memory.toFixed(1)} MiB, ${after.files} files; ` +
      `load average ${Deno.loadavg()[0]!.toFixed(1)}`,
  );
  await phone.close();
  station.interrupt();
  await station.finished;
});
