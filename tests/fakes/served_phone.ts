/** A phone served on a Unix socket in a folder of its own, for what is asked of it over the wire. */
import type { Phone } from "../../src/control/contract/phone.ts";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import { ControlServer } from "../../src/control/server/server.ts";

export interface Served {
  /** Another client of the same server; whoever opens it closes it. */
  connect(): Promise<RemotePhone>;
  /** Ends the server, not the phone behind it. */
  close(): Promise<void>;
}

export async function servedPhone(phone: Phone): Promise<Served> {
  const folder = await Deno.makeTempDir();
  const server = await ControlServer.start({
    phone,
    station: { name: "test", version: "0", pid: 1 },
    listen: { kind: "unix", path: `${folder}/run/control.sock` },
    log: () => {},
  });
  return {
    connect: () => RemotePhone.connect({ address: server.address }),
    async close() {
      await server.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The phone as its only client sees it. */
export async function overSocket(
  phone: Phone,
): Promise<{ phone: RemotePhone; close(): Promise<void> }> {
  const served = await servedPhone(phone);
  const remote = await served.connect();
  return {
    phone: remote,
    async close() {
      await remote.close();
      await served.close();
    },
  };
}
