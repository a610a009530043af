/** A core that agrees to everything, served at one place, with what the server logs. */
import { LocalPhone } from "../../src/control/local/local_phone.ts";
import { ControlServer, type ServerOptions } from "../../src/control/server/server.ts";
import { agreeableCore } from "./agreeable_core.ts";

export async function servedCore(
  options: Pick<ServerOptions, "listen" | "helloMs" | "clock">,
  run: (server: ControlServer, log: string[]) => Promise<void>,
): Promise<void> {
  const core = agreeableCore();
  const log: string[] = [];
  const server = await ControlServer.start({
    phone: new LocalPhone(core, () => Promise.resolve()),
    station: { name: "test", version: "0", pid: 1 },
    log: (text) => log.push(text),
    ...options,
  });
  try {
    await run(server, log);
  } finally {
    await server.close();
    core.close();
  }
}
