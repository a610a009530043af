/** The run of `offhook lab`: the practice PBX until it is interrupted. */
import { join } from "../../../base/path/mod.ts";
import { runtimeFolder } from "../../../config/sources/mod.ts";
import type { LabReport } from "../../../control/schemas/mod.ts";
import type { ExitCode } from "../../../base/mod.ts";
import { formatHostPort, parseHostPort } from "../../../base/network/mod.ts";
import type { Context } from "../../args/mod.ts";
import { interruptsOf, type Io, say, sayJson } from "../../process/mod.ts";
import type { LabValues } from "./command.ts";
import { openLogAs, openTrace } from "../../phone/mod.ts";

const PORT = 5560;
const USERS = new Map([["alice", "alice"], ["bob", "bob"]]);

export async function runLab(values: LabValues, { io }: Context): Promise<ExitCode> {
  const { PracticePbx } = await import("../../../lab/practice_pbx.ts");
  const { practicePlaces } = await import("../../../lab/places.ts");
  const { host, port = PORT } = parseHostPort(values.listen, true)!;
  const { listen, authority } = practicePlaces(host, port, io.now());
  const trace = values.trace === undefined ? undefined : await openTrace(values.trace, io);
  const log = await openLogAs(values, io);
  const interrupts = interruptsOf(io);
  try {
    const pbx = await PracticePbx.start({
      listen: listen.map((place) => ({ ...place, origins: values.allowOrigin })),
      users: USERS,
      ...(trace === undefined ? {} : { trace: trace.sink }),
      log: log.write,
    });
    const caFile = await keepAuthority(io, pbx.listening[0].port, authority);
    try {
      const report = await reportOf(pbx.listening, caFile);
      if (values.json) await sayJson(io, report);
      else if (!values.quiet) await tell(io, report);
      await interrupts.promise;
      return 130;
    } finally {
      await pbx.close();
      await Deno.remove(caFile).catch(() => {});
    }
  } finally {
    interrupts.close();
    log.close();
    trace?.close();
  }
}

/**
 * In a file named after the port: one that a killed PBX left is overwritten by the next.
 * @returns its path
 */
async function keepAuthority(io: Io, port: number, authority: string): Promise<string> {
  const folder = runtimeFolder(io.environment);
  const { ownFolder } = await import("../../../control/socket/own_folder.ts");
  ownFolder(folder);
  const path = join(folder, `lab-${port}.pem`);
  await Deno.writeTextFile(path, authority);
  return path;
}

async function reportOf(listening: LabReport["listening"], caFile: string): Promise<LabReport> {
  const { EXTENSIONS } = await import("../../../lab/extensions.ts");
  return {
    schema: "offhook.lab/1",
    listening,
    caFile,
    users: [...USERS].map(([user, password]) => ({ user, password })),
    numbers: EXTENSIONS.map(({ number, does }) => ({ number, does })),
  };
}

async function tell(io: Io, { listening, caFile, numbers }: LabReport): Promise<void> {
  const at = formatHostPort(listening[0]);
  await say(io, `practice PBX on ${at}; accounts alice and bob, password = name`);
  for (const place of listening) {
    await say(io, `  ${place.transport.padEnd(4)} ${formatHostPort(place)}`);
  }
  await say(io, `  for tls and wss: --tls-ca ${caFile}`);
  for (const { number, does } of numbers) await say(io, `  sip:${number}@${at}  ${does}`);
  await say(
    io,
    "alice and bob can call each other. Every number that answers can be transferred to another one.",
  );
  await say(io, "Ctrl-C ends it.");
}
