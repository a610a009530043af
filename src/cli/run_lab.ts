/** The run of `offhook lab`: the practice PBX until it is interrupted. Not on the real-time path. */
import type { ExitCode } from "../core/errors.ts";
import type { TransportName } from "../core/account.ts";
import { parseHostPort } from "../core/address.ts";
import type { Context } from "./command.ts";
import { interruptsOf } from "./call_session.ts";
import { say, sayJson } from "./io.ts";
import type { LabValues } from "./lab.ts";

const TRANSPORTS: TransportName[] = ["udp", "tcp"];
const USERS = new Map([["alice", "alice"], ["bob", "bob"]]);

export async function runLab(values: LabValues, { io }: Context): Promise<ExitCode> {
  const { PracticePbx } = await import("../lab/practice_pbx.ts");
  const { EXTENSIONS } = await import("../lab/extensions.ts");
  const { host, port } = parseHostPort(values.listen)!;
  const interrupts = interruptsOf(io);
  const pbx = await PracticePbx.start({
    listen: TRANSPORTS.map((transport) => ({ transport, host, port: port ?? 5560 })),
    users: USERS,
    log: (text) => void say(io, text),
  });
  try {
    const at = `${host}:${pbx.listening[0].port}`;
    if (values.json) {
      const numbers = EXTENSIONS.map(({ number, does }) => ({ number, does }));
      const users = [...USERS].map(([user, password]) => ({ user, password }));
      await sayJson(io, { schema: "offhook.lab/1", listening: pbx.listening, users, numbers });
    } else {
      await say(io, `practice PBX on ${at} (udp, tcp); accounts alice and bob, password = name`);
      for (const { number, does } of EXTENSIONS) await say(io, `  sip:${number}@${at}  ${does}`);
      await say(io, "Ctrl-C ends it.");
    }
    await interrupts.promise;
    return 130;
  } finally {
    await pbx.close();
    interrupts.close();
  }
}
