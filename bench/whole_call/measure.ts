/** The measurements of one phone, one after the other, on an otherwise idle machine. */
import { type Scratch, withScratch } from "../../tests/peers/scratch.ts";
import { pause } from "../../tests/support/pause.ts";
import type { MeasuredPhone } from "./phones.ts";
import { cpuSeconds, residentMebibytes } from "./process_usage.ts";
import { spread } from "./statistics.ts";
import { Wire } from "./wire.ts";

/** One figure; `lower` is always better. */
export interface Figure {
  what: string;
  unit: "ms" | "MiB" | "%";
  value: number;
}

export interface Effort {
  /** How often each short measurement is repeated. */
  repeats: number;
  /** Length of the calls whose pacing and CPU time are measured, ms. */
  talkMs: number;
}

/** Everything about one phone; prints nothing. */
export async function measure(phone: MeasuredPhone, effort: Effort): Promise<Figure[]> {
  return [
    ...phone.register ? await withScratch((scratch) => registration(scratch, phone, effort)) : [],
    ...await withScratch((scratch) => setup(scratch, phone, effort)),
    ...phone.answer ? await withScratch((scratch) => answering(scratch, phone, effort)) : [],
    ...await withScratch((scratch) => talking(scratch, phone, effort, "")),
    ...await withHogs(() =>
      withScratch((scratch) => talking(scratch, phone, effort, " beside CPU hogs"))
    ),
  ];
}

async function registration(
  scratch: Scratch,
  phone: MeasuredPhone,
  effort: Effort,
): Promise<Figure[]> {
  const times: number[] = [];
  const memory: number[] = [];
  let idle = 0;
  for (let i = 0; i < effort.repeats; i++) {
    const wire = Wire.start(scratch);
    const granted = wire.grantRegistration();
    const standing = await phone.register!(scratch, `127.0.0.1:${wire.sip.port}`);
    times.push(await granted - standing.startedAt);
    await pause(1000);
    memory.push(residentMebibytes(standing.pid));
    if (i === 0) idle = await cpuShare(standing.pid, 5000);
    const leaving = wire.grantRegistration().catch(() => {});
    await standing.stop();
    await leaving;
  }
  return [
    { what: "exec → REGISTER on the wire", unit: "ms", value: spread(times).median },
    { what: "resident memory, registered", unit: "MiB", value: spread(memory).median },
    { what: "CPU, registered", unit: "%", value: idle },
  ];
}

async function setup(scratch: Scratch, phone: MeasuredPhone, effort: Effort): Promise<Figure[]> {
  const wire = Wire.start(scratch);
  const invite: number[] = [], ack: number[] = [], rtp: number[] = [];
  for (let i = 0; i < effort.repeats; i++) {
    const dialling = phone.dial(scratch, wire.sip.uri);
    let at = 0;
    const known = dialling.then((call) => at = call.at());
    const times = await wire.takeCall(() => at, {
      talkMs: 200,
      during: async () => void await known,
    });
    await Promise.all([(await dialling).hangUp(), wire.takeBye()]);
    invite.push(times.dialToInvite);
    ack.push(times.okToAck);
    rtp.push(times.okToRtp);
  }
  return [
    { what: "dial command → INVITE", unit: "ms", value: spread(invite).median },
    { what: "200 → ACK", unit: "ms", value: spread(ack).median },
    { what: "200 → first RTP", unit: "ms", value: spread(rtp).median },
  ];
}

async function answering(
  scratch: Scratch,
  phone: MeasuredPhone,
  effort: Effort,
): Promise<Figure[]> {
  const wire = Wire.start(scratch);
  const standing = await phone.answer!(scratch);
  const ok: number[] = [], ringing: number[] = [];
  // The first call loads code that the next ones have.
  for (let i = 0; i <= effort.repeats; i++) {
    const times = await wire.call(standing.place, `bench${i}`);
    // The phone takes the next call when it has told about this one.
    await pause(300);
    if (i === 0) continue;
    ok.push(times.ok);
    if (times.ringing !== undefined) ringing.push(times.ringing);
  }
  await standing.stop();
  return [
    ...(ringing.length === 0
      ? []
      : [{ what: "INVITE → 180", unit: "ms" as const, value: spread(ringing).median }]),
    { what: "INVITE → 200 (answers at once)", unit: "ms", value: spread(ok).median },
  ];
}

async function talking(
  scratch: Scratch,
  phone: MeasuredPhone,
  effort: Effort,
  where: string,
): Promise<Figure[]> {
  const wire = Wire.start(scratch);
  const dialling = phone.dial(scratch, wire.sip.uri);
  let share = 0, memory = 0, at = 0;
  const times = await wire.takeCall(() => at, {
    talkMs: 1000,
    during: async () => {
      const call = await dialling;
      at = call.at();
      share = await cpuShare(call.pid, effort.talkMs);
      memory = residentMebibytes(call.pid);
    },
  });
  await Promise.all([(await dialling).hangUp(), wire.takeBye()]);
  const pacing = spread(times.pacing);
  const figures: Figure[] = [
    { what: `RTP interval, p99${where}`, unit: "ms", value: pacing.p99 },
    { what: `RTP interval, longest${where}`, unit: "ms", value: pacing.max },
  ];
  if (where !== "") return figures;
  return [
    ...figures,
    { what: "CPU of one call", unit: "%", value: share },
    { what: "resident memory, in a call", unit: "MiB", value: memory },
  ];
}

/** Share of one core that a process takes over a time, %. */
async function cpuShare(pid: number, ms: number): Promise<number> {
  const before = cpuSeconds(pid);
  const started = performance.now();
  await pause(ms);
  return (cpuSeconds(pid) - before) / (performance.now() - started) * 100_000;
}

/** Runs something while every core is kept busy by another process. */
async function withHogs<T>(run: () => Promise<T>): Promise<T> {
  const hogs = Array.from(
    { length: navigator.hardwareConcurrency },
    () => new Deno.Command("sh", { args: ["-c", "while :; do :; done"] }).spawn(),
  );
  try {
    return await run();
  } finally {
    for (const hog of hogs) hog.kill("SIGKILL");
    await Promise.all(hogs.map((hog) => hog.status));
  }
}
