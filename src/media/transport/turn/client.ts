/**
 * A relay: an allocation at a TURN server (RFC 8656), which stays as long as the call.
 *
 *     opened ─ allocate ─► allocated ─ refresh before it ends ─► allocated ─ close ─► deleted
 *        └ refused, silent: OffhookError   └ refused: lost
 *
 * Who is sent to gets a permission first, which waits with what is sent; whom most is sent to gets a
 * channel, so that a packet of speech costs four octets more and not thirty-six.
 */
import type { Clock, TimerHandle } from "../../../base/time/mod.ts";
import { isUnicast } from "../../../base/network/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";
import {
  addAddress,
  addressIn,
  ATTRIBUTE,
  mappedAddressOf,
  METHOD,
  parseStun,
  randomId,
  type SocketAddress,
  type StunMessage,
  StunWriter,
  uint32Of,
} from "../stun/mod.ts";
import { channelData, FIRST_CHANNEL, LAST_CHANNEL, parseChannelData } from "./frames.ts";
import { refusal } from "./refusal.ts";
import { TurnRequests } from "./requests.ts";
import { nameOf, type TurnServer } from "./server.ts";

/** A way to a server: datagrams, or whole frames of a stream. */
export interface TurnLink {
  /** The transport repeats what is lost. */
  readonly reliable: boolean;
  /** IPv6 is asked for where the server is reached by it. */
  readonly family: "IPv4" | "IPv6";
  send(data: Uint8Array): void;
  close(): void;
}

export interface TurnEvents {
  /** What a peer sent to the relay; valid during the call. */
  data(data: Uint8Array, source: SocketAddress): void;
  /** The allocation is gone, and every way by it. */
  lost(error: OffhookError): void;
}

/** How long before its end an allocation is refreshed, ms. */
const MARGIN_MS = 60_000;
/** Permissions last for 300 s and channels for 600 (RFC 8656 §9, §12). */
const PERMISSION_MS = 240_000;
const CHANNEL_MS = 540_000;
/** A refused permission is not asked for again with the next packet, but after so long, ms. */
const REFUSED_MS = 5_000;
/** Nobody who was not sent to for so long keeps his permission, ms. */
const UNUSED_MS = 300_000;
/** Datagrams that wait for a permission, for each peer. */
const MAX_WAITING = 8;
/** Peers: as many as there are pairs to try. */
const MAX_PEERS = 128;
/** How long closing waits for the server's answer, ms. */
const GOODBYE_MS = 1000;
const DEFAULT_LIFETIME_S = 600;
const UDP = 17 << 24;
const FAMILY_IPV6 = 2 << 24;

interface Permission {
  granted: boolean;
  waiting: { data: Uint8Array; port: number }[];
  lastUsed: number;
  timer?: TimerHandle;
}

export class TurnClient {
  /** A relay carries RTP, and RTCP that shares its port. */
  readonly component = 1;
  /** The relayed address; of no use before `allocate` is done. */
  address = "";
  port = 0;
  readonly relay: { server: string; protocol: TurnServer["protocol"] };
  readonly #server: TurnServer;
  readonly #clock: Clock;
  readonly #random: Random32;
  readonly #events: TurnEvents;
  readonly #link: TurnLink;
  readonly #requests: TurnRequests;
  readonly #permissions = new Map<string, Permission>();
  /** By `address port`, and by number. */
  readonly #channels = new Map<string, number>();
  readonly #peers = new Map<number, SocketAddress>();
  readonly #timers = new Set<TimerHandle>();
  #nextChannel = FIRST_CHANNEL;
  #state: "new" | "allocated" | "closed" = "new";

  /** @param link is this client's; what comes by it goes to `receive` */
  constructor(
    server: TurnServer,
    around: { clock: Clock; random: Random32 },
    link: TurnLink,
    events: TurnEvents,
  ) {
    this.#server = server;
    this.#clock = around.clock;
    this.#random = around.random;
    this.#events = events;
    this.#link = link;
    this.relay = { server: server.host, protocol: server.protocol };
    const { username, password } = server;
    this.#requests = new TurnRequests({
      ...around,
      username,
      password,
      reliable: link.reliable,
      send: (data) => link.send(data),
    });
  }

  /**
   * Asks for a relayed address; once. Never settles when the client is closed meanwhile.
   * @returns where the server sees us
   * @throws OffhookError `media-failed`: what the server said, and what to do
   */
  allocate(): Promise<SocketAddress | undefined> {
    return new Promise((resolve, reject) => {
      this.#requests.begin("allocate", (writer) => this.#describe(writer), (result) => {
        if ("error" in result) return reject(refusal(this.#server, result.error));
        const relayed = addressIn(result.message, ATTRIBUTE.xorRelayedAddress);
        // What is told to the peer has it send checks there.
        if (relayed === undefined || relayed.port === 0 || !isUnicast(relayed.address)) {
          return reject(refusal(this.#server, { code: 500, reason: "no relayed address" }));
        }
        ({ address: this.address, port: this.port } = relayed);
        this.#state = "allocated";
        this.#refreshBefore(lifetimeOf(result.message));
        resolve(mappedAddressOf(result.message));
      });
    });
  }

  #describe(writer: StunWriter): void {
    writer.uint32(ATTRIBUTE.requestedTransport, UDP);
    if (this.#link.family === "IPv6") writer.uint32(ATTRIBUTE.requestedAddressFamily, FAMILY_IPV6);
  }

  /** Sends to a peer by the relay; what no permission can be had for is lost. */
  send(data: Uint8Array, address: string, port: number): void {
    if (this.#state !== "allocated") return;
    const permission = this.#permissionFor(address);
    if (permission === undefined) return;
    permission.lastUsed = this.#clock.now();
    if (permission.granted) return this.#relay(data, address, port);
    if (permission.waiting.length < MAX_WAITING) {
      permission.waiting.push({ data: data.slice(), port });
    }
  }

  /** Most of what is sent goes there: binds a channel. */
  prefer(address: string, port: number): void {
    const key = `${address} ${port}`;
    if (this.#state !== "allocated" || this.#nextChannel > LAST_CHANNEL) return;
    if ([...this.#peers.values()].some((peer) => `${peer.address} ${peer.port}` === key)) return;
    const channel = this.#nextChannel++;
    this.#peers.set(channel, { address, port });
    this.#bind(channel, { address, port });
  }

  /** Takes what came from the server. */
  receive(data: Uint8Array): void {
    const channel = parseChannelData(data);
    if (channel !== undefined) {
      const peer = this.#peers.get(channel.channel);
      if (peer !== undefined && this.#state === "allocated") this.#events.data(channel.data, peer);
      return;
    }
    const message = parseStun(data);
    if (message === undefined) return;
    const here = { address: this.#server.host, port: this.#server.port };
    if (message.class === "indication") this.#indicated(message);
    else this.#requests.take(message, here);
  }

  /** The way to the server broke. */
  broken(reason: string): void {
    this.#lose(
      new OffhookError(
        "media-failed",
        `the connection to the TURN server ${nameOf(this.#server)} broke: ${reason}`,
      ),
    );
  }

  /** Gives the allocation back, and then the way. Idempotent. */
  close(): void {
    if (this.#state === "closed") return;
    const allocated = this.#state === "allocated";
    this.#state = "closed";
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    if (allocated) this.#delete();
    else this.#end();
  }

  #delete(): void {
    const timer = this.#clock.setTimeout(() => this.#end(), GOODBYE_MS);
    const none = (writer: StunWriter) => void writer.uint32(ATTRIBUTE.lifetime, 0);
    this.#requests.begin("refresh", none, () => {
      this.#clock.clearTimeout(timer);
      this.#end();
    });
  }

  #end(): void {
    this.#requests.close();
    this.#link.close();
  }

  #indicated(message: StunMessage): void {
    const peer = addressIn(message, ATTRIBUTE.xorPeerAddress);
    const data = message.attributes.get(ATTRIBUTE.data)?.value;
    if (message.method !== METHOD.data || peer === undefined || data === undefined) return;
    // Nobody whom we did not write to first (RFC 8656 §11.4).
    if (this.#permissions.get(peer.address)?.granted) this.#events.data(data, peer);
  }

  #relay(data: Uint8Array, address: string, port: number): void {
    const channel = this.#channels.get(`${address} ${port}`);
    if (channel !== undefined) {
      return this.#link.send(channelData(channel, data, this.#link.reliable));
    }
    const writer = new StunWriter(METHOD.send, "indication", randomId(this.#random));
    addAddress(writer, ATTRIBUTE.xorPeerAddress, { address, port });
    this.#link.send(writer.add(ATTRIBUTE.data, data).bytes);
  }

  #permissionFor(address: string): Permission | undefined {
    const known = this.#permissions.get(address);
    if (known !== undefined) return known;
    if (this.#permissions.size >= MAX_PEERS) return undefined;
    const permission = { granted: false, waiting: [], lastUsed: this.#clock.now() };
    this.#permissions.set(address, permission);
    this.#permit(address, permission);
    return permission;
  }

  #permit(address: string, permission: Permission): void {
    const peer = (writer: StunWriter) =>
      void addAddress(writer, ATTRIBUTE.xorPeerAddress, { address, port: 0 });
    this.#requests.begin("createPermission", peer, (result) => {
      if (this.#state !== "allocated") return;
      const waiting = permission.waiting.splice(0);
      if ("error" in result) {
        if (result.error.code === 437) return this.#lose(refusal(this.#server, result.error));
        permission.granted = false;
        return this.#after(REFUSED_MS, () => this.#permissions.delete(address));
      }
      permission.granted = true;
      for (const { data, port } of waiting) this.#relay(data, address, port);
      this.#after(PERMISSION_MS, () => {
        if (this.#clock.now() - permission.lastUsed < UNUSED_MS) this.#permit(address, permission);
        else this.#permissions.delete(address);
      });
    });
  }

  #bind(channel: number, peer: SocketAddress): void {
    const describe = (writer: StunWriter) => {
      writer.uint32(ATTRIBUTE.channelNumber, channel << 16);
      addAddress(writer, ATTRIBUTE.xorPeerAddress, peer);
    };
    const key = `${peer.address} ${peer.port}`;
    this.#requests.begin("channelBind", describe, (result) => {
      if (this.#state !== "allocated") return;
      // Without a channel everything works as before, with a few octets more.
      if ("error" in result) return void this.#channels.delete(key);
      this.#channels.set(key, channel);
      this.#after(CHANNEL_MS, () => this.#bind(channel, peer));
    });
  }

  #refreshBefore(lifetimeS: number): void {
    const ms = Math.max(1000, Math.max(lifetimeS * 1000 - MARGIN_MS, lifetimeS * 500));
    if (this.#state === "allocated") this.#after(ms, () => this.#refresh());
  }

  #refresh(): void {
    const same = (writer: StunWriter) => void writer.uint32(ATTRIBUTE.lifetime, DEFAULT_LIFETIME_S);
    this.#requests.begin("refresh", same, (result) => {
      if (this.#state !== "allocated") return;
      if ("error" in result) return this.#lose(refusal(this.#server, result.error));
      this.#refreshBefore(lifetimeOf(result.message));
    });
  }

  #lose(error: OffhookError): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#end();
    this.#events.lost(error);
  }

  #after(ms: number, run: () => void): void {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}

function lifetimeOf(message: StunMessage): number {
  return Math.min(uint32Of(message, ATTRIBUTE.lifetime) ?? DEFAULT_LIFETIME_S, 86_400);
}
