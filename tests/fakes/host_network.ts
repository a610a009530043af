/** A machine's interfaces and routes that a test changes. */
import type { HostNetwork } from "../../src/sip/transport/flow/types.ts";

export class FakeHost implements HostNetwork {
  /** Addresses of one interface, of which loopback servers are on-link; empty: it is down. */
  constructor(public addresses: readonly string[]) {}

  interfaces(): ReturnType<HostNetwork["interfaces"]> {
    const lo = this.addresses.map((address) => ({
      address,
      netmask: "255.0.0.0",
      family: "IPv4" as const,
      mac: "",
      internal: true,
      cidr: `${address}/8`,
    }));
    return { lo };
  }

  routes(): string {
    return "Iface Destination\n";
  }
}
