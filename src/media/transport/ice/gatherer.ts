/**
 * Gathering (RFC 8445 §5.1.1): our addresses, where STUN servers see them, and relays at TURN servers.
 *
 *     interfaces ─► sockets ─► host ─┬─ STUN ─► srflx
 *     TURN servers ─► allocations ───┴─────────► relay
 *
 * It takes two seconds at most: then what is there is used, and each server that did not answer is told.
 * In mid-call nobody waits for a server that was silent the last time.
 * Nobody is asked but who is in the configuration.
 */
import type { Clock, TimerHandle } from "../../../base/time/mod.ts";
import { type ErrorJson, OffhookError } from "../../../base/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";
import type { SocketPair, Sockets } from "../mod.ts";
import { parseStun, type SocketAddress } from "../stun/mod.ts";
import { nameOf, type OpenLink, TurnClient, type TurnServer } from "../turn/mod.ts";
import { type IceBase, LocalCandidates } from "./candidate.ts";
import { candidateAddresses } from "./own_addresses.ts";
import { SeenNat } from "./nat.ts";
import { StunBindings, type StunServer } from "./stun_bindings.ts";

/** How long servers may take, ms. */
const GATHER_MS = 2000;

/** What the configuration says about ICE. */
export interface IceSettings {
  stun: StunServer[];
  turn: TurnServer[];
  /** Only relayed candidates: the peer never learns an address of ours. */
  relayOnly: boolean;
  /** PEM file of an authority that is trusted for TURN over TLS. */
  caFile?: string;
  /** Addresses of ours; absent: the system is asked. */
  addresses?: string[];
  /** Servers that cannot be asked at all: their password could not be read. */
  failures?: ErrorJson[];
}

/** Gathering's ways to the system; tests have others. */
export interface IceSurroundings {
  clock: Clock;
  random: Random32;
  sockets: Sockets;
  /** IP addresses of ours, the best first. */
  addresses(): string[];
  /** IP addresses of a host, one at least. @throws OffhookError `media-failed` */
  resolve(host: string): Promise<string[]>;
  link: OpenLink;
}

/** What comes by a base and answers no question of gathering. */
export type OnBase = (base: IceBase, data: Uint8Array, source: SocketAddress) => void;

export class IceGatherer {
  readonly candidates = new LocalCandidates();
  readonly nat = new SeenNat();
  /** Addresses of ours that it was done with, also where the policy tells none of them. */
  addresses: readonly string[] = [];
  /** What did not work, as a person can read it. */
  readonly failures: OffhookError[] = [];
  /** Set before gathering begins. */
  onDatagram: OnBase = () => {};
  /** A relay that was lost in mid-call. */
  onLost: (relay: IceBase, error: OffhookError) => void = () => {};
  readonly #hosts: IceBase[] = [];
  readonly #pairs: SocketPair[] = [];
  readonly #around: IceSurroundings;
  readonly #settings: IceSettings;
  readonly #bindings: StunBindings;
  readonly #relays = new Set<TurnClient>();
  /** Names of servers that have not answered, or no more than that they do not help. */
  readonly silent = new Set<string>();
  #patience: TimerHandle;
  #closed = false;

  constructor(around: IceSurroundings, settings: IceSettings) {
    this.#around = around;
    this.#settings = settings;
    this.#bindings = new StunBindings(around);
    this.failures.push(...(settings.failures ?? []).map(OffhookError.fromJSON));
  }

  /**
   * @param unlikely names of servers that are asked, and not waited for
   * @throws OffhookError `media-failed` when no socket can be had, or no relay where nothing else is
   *   allowed
   */
  async gather(unlikely: ReadonlySet<string> = new Set()): Promise<void> {
    const { stun, turn, relayOnly } = this.#settings;
    this.addresses = candidateAddresses(this.#around.addresses());
    if (!relayOnly) this.#openHosts();
    const tasks = turn.map((server) => this.#allocate(server));
    if (!relayOnly) tasks.push(...stun.map((server) => this.#ask(server)));
    await this.#inTime(tasks, unlikely);
    if (this.#closed) return;
    if (this.candidates.list.length === 0) throw this.#noRelay();
    this.#bindings.keepAlive();
  }

  /** The candidate that a peer without ICE is told (RFC 8839 §4.2.1.2), the likeliest to be reached. */
  get default() {
    const { list } = this.candidates;
    // Deviation: not the relay first. A peer without ICE is most often a server, which reaches us
    // without one, and would send every such call the long way. IPv4, which each of them has.
    const all = list.filter(({ component }) => component === 1);
    const ipv4 = all.filter(({ address }) => !address.includes(":"));
    const likely = ipv4.length > 0 ? ipv4 : all;
    return likely.find(({ type }) => type === "srflx") ?? likely[0];
  }

  /** The candidate for RTCP beside the default one; undefined: there is none. */
  get defaultRtcp() {
    const { type, base } = this.default;
    return this.candidates.list.find((candidate) =>
      candidate.component === 2 && candidate.type === type &&
      candidate.base.address === base.address
    );
  }

  /** A pair works: NATs are kept open by that from now on. */
  settle(): void {
    this.#bindings.rest();
  }

  close(): void {
    this.#closed = true;
    this.settle();
    this.#around.clock.clearTimeout(this.#patience);
    this.#bindings.giveUp();
    for (const relay of this.#relays) relay.close();
    for (const pair of this.#pairs) pair.close();
  }

  #openHosts(): void {
    let thrown: unknown = new OffhookError("media-failed", "this machine has no network address");
    for (const address of this.addresses) {
      try {
        this.#openHost(address);
      } catch (error) {
        // An address that is going away; the others decide.
        thrown = error;
      }
    }
    if (this.#hosts.length === 0) throw thrown;
  }

  #openHost(address: string): void {
    const pair = this.#around.sockets.open(
      (data, from, port) => this.#receive(rtp, data, { address: from, port }),
      (data, from, port) => this.#receive(rtcp, data, { address: from, port }),
      address,
    );
    this.#pairs.push(pair);
    const rtp: IceBase = {
      component: 1,
      address,
      port: pair.rtpPort,
      send: (data, to, port) => pair.sendRtp(data, to, port),
    };
    const rtcp: IceBase = {
      component: 2,
      address,
      port: pair.rtcpPort,
      send: (data, to, port) => pair.sendRtcp(data, to, port),
    };
    for (const base of [rtp, rtcp]) {
      this.#hosts.push(base);
      this.candidates.addBase(base);
    }
  }

  #receive(base: IceBase, data: Uint8Array, source: SocketAddress): void {
    if (data.length === 0) return;
    const message = data[0]! < 4 ? parseStun(data) : undefined;
    if (message !== undefined && this.#bindings.take(message, source)) return;
    this.onDatagram(base, data, source);
  }

  /** Where a STUN server sees each of our addresses. */
  #ask(server: StunServer): Promise<void> {
    return this.#bindings.ask(server, this.#hosts, (base, seen) => {
      this.nat.note(base, seen);
      this.candidates.addReflexive(base, seen);
    });
  }

  async #allocate(server: TurnServer): Promise<void> {
    const { clock, random, resolve, link: openLink } = this.#around;
    const [address] = await resolve(server.host);
    // What comes before the client is there answers nothing yet.
    const client: { is?: TurnClient } = {};
    const link = await openLink(server, address!, {
      deliver: (frame) => client.is?.receive(frame),
      broken: (reason) => client.is?.broken(reason),
    });
    if (this.#closed) return link.close();
    const relay: TurnClient = new TurnClient(server, { clock, random }, link, {
      data: (data, source) => this.onDatagram(relay, data, source),
      lost: (error) => this.onLost(relay, error),
    });
    client.is = relay;
    this.#relays.add(relay);
    try {
      const mapped = await relay.allocate();
      if (!this.#closed) this.candidates.addBase(relay, this.#settings.relayOnly ? relay : mapped);
    } catch (error) {
      this.#relays.delete(relay);
      relay.close();
      throw error;
    }
  }

  /** Waits for the tasks, but not too long; each that fails or is late is told. */
  #inTime(tasks: Promise<void>[], unlikely: ReadonlySet<string>): Promise<void> {
    const { stun, turn } = this.#settings;
    const names = [
      ...turn.map((server) => `TURN server ${nameOf(server)}`),
      ...stun.map(({ host, port }) => `STUN server ${host}:${port}`),
    ].slice(0, tasks.length);
    const open = new Set(names.keys());
    for (const name of names) this.silent.add(name);
    return new Promise((resolve) => {
      const settled = () => {
        if (open.size === 0) this.#around.clock.clearTimeout(this.#patience);
        if ([...open].every((index) => unlikely.has(names[index]!))) resolve();
      };
      this.#patience = this.#around.clock.setTimeout(() => {
        for (const index of open) this.failures.push(tooLate(names[index]!));
        this.#bindings.giveUp();
        resolve();
      }, GATHER_MS);
      settled();
      tasks.forEach((task, index) => {
        task.then(() => this.silent.delete(names[index]!), (error) => {
          if (open.has(index)) this.failures.push(OffhookError.from(error));
        }).then(() => {
          open.delete(index);
          settled();
        });
      });
    });
  }

  #noRelay(): OffhookError {
    const [first] = this.failures;
    return new OffhookError(
      "media-failed",
      `there is no relay, and the policy under [ice] allows nothing else${
        first === undefined ? "" : `: ${first.message}`
      }`,
      { hint: first?.hint ?? "Name a TURN server under [ice]." },
    );
  }
}

function tooLate(name: string): OffhookError {
  return new OffhookError("media-failed", `the ${name} did not answer within 2 s`, {
    hint: "The call goes on without it. Check its address and port under [ice].",
  });
}
