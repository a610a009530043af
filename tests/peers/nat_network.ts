/**
 * A small internet of network namespaces: two phones behind routers, and a server between them.
 *
 *     a ── router A ──┐            ┌── router B ── b
 *     10.71.1.2       ├── server ──┤       10.71.2.2
 *            203.0.113.1    .9    203.0.113.2
 *
 * Phone A has a second interface without a router, `other` with 203.0.113.30, which is down at first.
 *
 * Needs root, `ip` and `iptables`. Everything is gone when the test's scratch is closed.
 */
import type { Scratch } from "./scratch.ts";

/** What a router does to datagrams that come in unasked. */
export type Nat = "none" | "full-cone" | "port-restricted" | "symmetric";

type Place = "a" | "b" | "router-a" | "router-b" | "server";

const PLACES: readonly Place[] = ["a", "b", "router-a", "router-b", "server"];
export const SERVER_ADDRESS = "203.0.113.9";
/** Of phone A, when it has gone to the other network. */
export const OTHER_ADDRESS = "203.0.113.30";

export class NatNetwork {
  readonly #prefix = `offhook-${Deno.pid}-`;

  static async start(scratch: Scratch, nats: readonly [Nat, Nat]): Promise<NatNetwork> {
    const network = new NatNetwork();
    scratch.defer(() => network.#remove());
    await network.#build();
    await network.#translate("router-a", "10.71.1.2", "203.0.113.1", nats[0]);
    await network.#translate("router-b", "10.71.2.2", "203.0.113.2", nats[1]);
    return network;
  }

  /** Why none can be made here, as root in a container often cannot; undefined: it can. */
  static async trouble(): Promise<string | undefined> {
    const name = `offhook-${Deno.pid}-probe`;
    try {
      await ip("netns", "add", name);
      await ip("netns", "exec", name, "iptables", "-t", "nat", "-L", "-n");
      await ip("-n", name, "link", "add", "bridge", "type", "bridge");
      return undefined;
    } catch (error) {
      return `network namespaces cannot be made: ${(error as Error).message.trim()}`;
    } finally {
      await ip("netns", "del", name).catch(() => {});
    }
  }

  /** What runs a command at a place. */
  within(place: Place, command: string, args: readonly string[]) {
    return { command: "ip", args: ["netns", "exec", this.#name(place), command, ...args] };
  }

  /** Pulls the cable between phone A and its router, or puts it in again. */
  async cable(isIn: boolean): Promise<void> {
    await this.#run("router-a", "ip", "link", "set", "in", isIn ? "up" : "down");
  }

  /**
   * Pulls the cable of phone A, and has its other interface come up.
   * @param keepsAddress as where nothing manages the network: the dead interface has its address still
   */
  async move(keepsAddress = false): Promise<void> {
    const commands = [
      ...(keepsAddress ? [] : ["address flush dev eth"]),
      "link set eth down",
      `address add ${OTHER_ADDRESS}/24 dev other`,
      "link set other up",
      "route add default via 203.0.113.2",
    ];
    const script = commands.map((command) => `ip ${command}`).join("\n");
    await this.#run("a", "sh", "-ec", script);
  }

  #name(place: Place): string {
    return this.#prefix + place;
  }

  async #build(): Promise<void> {
    for (const place of PLACES) {
      await ip("netns", "add", this.#name(place));
      await this.#run(place, "ip", "link", "set", "lo", "up");
    }
    await this.#run("server", "ip", "link", "add", "bridge", "type", "bridge");
    await this.#run("server", "ip", "link", "set", "bridge", "up");
    await this.#run("server", "ip", "address", "add", `${SERVER_ADDRESS}/24`, "dev", "bridge");
    // What is for private networks gets lost, as on the internet; an error would have coturn give up.
    await this.#run("server", "ip", "route", "add", "default", "via", "203.0.113.250");
    for (const [end, router, number] of [["a", "router-a", 1], ["b", "router-b", 2]] as const) {
      await this.#cable([end, "eth"], [router, "in"]);
      await this.#cable([router, "out"], ["server", `port${number}`]);
      await this.#address(end, "eth", `10.71.${number}.2/24`);
      await this.#address(router, "in", `10.71.${number}.1/24`);
      await this.#address(router, "out", `203.0.113.${number}/24`);
      await this.#run("server", "ip", "link", "set", `port${number}`, "master", "bridge", "up");
      await this.#run(end, "ip", "route", "add", "default", "via", `10.71.${number}.1`);
      await this.#run(router, "sysctl", "-qw", "net.ipv4.ip_forward=1");
    }
    await this.#addOther();
  }

  async #addOther(): Promise<void> {
    await this.#cable(["a", "other"], ["server", "port3"]);
    await this.#run("server", "ip", "link", "set", "port3", "master", "bridge", "up");
  }

  async #translate(router: Place, inside: string, outside: string, nat: Nat): Promise<void> {
    const rule = (...args: string[]) => this.#run(router, "iptables", ...args);
    if (nat === "none") {
      const network = inside.replace(/\d+$/, "0/24");
      const other = router === "router-a" ? "router-b" : "router-a";
      for (const place of ["server", other] as const) {
        await this.#run(place, "ip", "route", "add", network, "via", outside);
      }
      return;
    }
    const leaving = ["-t", "nat", "-A", "POSTROUTING", "-o", "out"];
    if (nat === "full-cone") {
      await rule(...leaving, "-j", "SNAT", "--to-source", outside);
      const entering = ["-t", "nat", "-A", "PREROUTING", "-i", "out"];
      await rule(...entering, "-j", "DNAT", "--to-destination", inside);
      return;
    }
    await rule(...leaving, "-j", "MASQUERADE", ...(nat === "symmetric" ? ["--random-fully"] : []));
    await rule("-A", "FORWARD", "-i", "out", "-m", "state", "--state", "NEW", "-j", "DROP");
    await rule("-A", "INPUT", "-i", "out", "-m", "state", "--state", "NEW", "-j", "DROP");
  }

  async #cable(one: readonly [Place, string], other: readonly [Place, string]): Promise<void> {
    await ip(
      ...["link", "add", one[1], "netns", this.#name(one[0]), "type", "veth"],
      ...["peer", "name", other[1], "netns", this.#name(other[0])],
    );
  }

  async #address(place: Place, device: string, address: string): Promise<void> {
    await this.#run(place, "ip", "address", "add", address, "dev", device);
    await this.#run(place, "ip", "link", "set", device, "up");
  }

  async #run(place: Place, command: string, ...args: string[]): Promise<void> {
    await ip("netns", "exec", this.#name(place), command, ...args);
  }

  async #remove(): Promise<void> {
    for (const place of PLACES) await ip("netns", "del", this.#name(place)).catch(() => {});
  }
}

async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args, stdout: "null" }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
