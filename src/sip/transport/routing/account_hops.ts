/** The way to an account's server as it is configured: a server or proxy, and those that take its place. */
import type { Destination, Target } from "../../dns/mod.ts";
import type { BaseFlow, Clock, NextHop } from "../flow/mod.ts";
import { configuredHop, configuredHops } from "./next_hop.ts";
import { NextHopConnection } from "./next_hop_connection.ts";

export interface AccountHopsOptions {
  clock: Clock;
  locate(destination: Destination): Promise<Target[]>;
  open(target: Target): Promise<BaseFlow>;
}

/** @throws OffhookError `invalid-target` for a server that is none */
export function accountHops(nextHop: NextHop, options: AccountHopsOptions): NextHopConnection {
  const { clock, locate, open } = options;
  const hops = configuredHops(nextHop);
  const domain = nextHop.domain === undefined
    ? undefined
    : configuredHop({ server: nextHop.domain });
  const locateHop = async (index: number): Promise<Target[]> => {
    const { path, ...hop } = hops[index];
    const targets = await locate(hop);
    return targets.map((target) => ({
      ...target,
      hop: index,
      ...(path === undefined ? {} : { path }),
    }));
  };
  return new NextHopConnection({
    clock,
    hops: hops.length,
    names: domain === undefined ? hops : [...hops, domain],
    locate: () => locateAll(hops.map((_hop, index) => locateHop(index))),
    locateHop,
    ...(domain === undefined ? {} : { locateDomain: () => locate(domain) }),
    open,
  });
}

/** @throws OffhookError (rejects) when none can be located */
async function locateAll(hops: Promise<Target[]>[]): Promise<Target[]> {
  const found = await Promise.allSettled(hops);
  const targets = found.flatMap((each) => each.status === "fulfilled" ? each.value : []);
  const failed = found.find((each) => each.status === "rejected");
  if (targets.length === 0 && failed !== undefined) throw failed.reason;
  return targets;
}
