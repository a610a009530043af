/** The run of `offhook lab`: the practice PBX until it is interrupted. Not on the real-time path. */
import type { ExitCode } from "../core/errors.ts";
import { parseHostPort } from "../core/address.ts";
import type { Context } from "./command.ts";
import { interruptsOf } from "./session.ts";
import { say, sayJson } from "./io.ts";
import type { LabValues } from "./lab.ts";

const PORT = 5560;
const USERS = new Map([["alice", "alice"], ["bob", "bob"]]);

export async function runLab(values: LabValues, { io }: Context): Promise<ExitCode> {
  const { PracticePbx } = await import("../lab/practice_pbx.ts");
  const { EXTENSIONS } = await import("../lab/extensions.ts");
  const { practicePlaces } = await import("../lab/places.ts");
  const { host, port = PORT } = parseHostPort(values.listen, true)!;
  const { listen, authority } = practicePlaces(host, port, io.now());
  const interrupts = interruptsOf(io);
  const pbx = await PracticePbx.start({
    listen,
    users: USERS,
    log: (text) => void say(io, text),
  });
  const caFile = await Deno.makeTempFile({ prefix: "offhook-lab-", suffix: ".pem" });
  try {
    await Deno.writeTextFile(caFile, authority);
    const at = `${host}:${pbx.listening[0].port}`;
    if (values.json) {
      const numbers = EXTENSIONS.map(({ number, does }) => ({ number, does }));
      const users = [...USERS].map(([user, password]) => ({ user, password }));
      await sayJson(io, {
        schema: "offhook.lab/1",
        listening: pbx.listening,
        caFile,
        users,
        numbers,
      });
    } else {
      await say(io, `practice PBX on ${at}; accounts alice and bob, password = name`);
      for (const { transport, host, port } of pbx.listening) {
        await say(io, `  ${transport.padEnd(4)} ${host}:${port}`);
      }
      await say(io, `  for tls and wss: --tls-ca ${caFile}`);
      for (const { number, does } of EXTENSIONS) await say(io, `  sip:${number}@${at}  ${does}`);
      await say(io, "Ctrl-C ends it.");
    }
    await interrupts.promise;
    return 130;
  } finally {
    await pbx.close();
    await Deno.remove(caFile);
    interrupts.close();
  }
}
