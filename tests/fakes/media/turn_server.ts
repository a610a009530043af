/** A TURN server in memory (RFC 8656), with nonces, permissions and allocations that run out. */
import {
  addAddress,
  addError,
  addIntegrity,
  addressIn,
  ATTRIBUTE,
  hasIntegrity,
  longTermKey,
  METHOD,
  parseStun,
  type SocketAddress,
  type StunMessage,
  StunWriter,
  textOf,
  uint32Of,
} from "../../../src/media/transport/stun/mod.ts";
import { channelData, parseChannelData } from "../../../src/media/transport/turn/frames.ts";
import type { VirtualClock } from "../virtual_clock.ts";

const REALM = "example.org";
const KEY = longTermKey("alice", REALM, "secret");
const ID = "0".repeat(24);

export class FakeTurnServer {
  /** What clients asked, in their order: `allocate 401`, `refresh 200` … */
  readonly log: string[] = [];
  /** Sent to peers by the relay. */
  readonly relayed: { data: string; to: SocketAddress; channel: boolean }[] = [];
  relay: SocketAddress = { address: "198.51.100.1", port: 50_000 };
  /** Refuses everything with this. */
  refuse: number | undefined;
  silent = false;
  /** Called with each request before it is answered: somebody on the way may be faster. */
  overheard: ((request: StunMessage) => void) | undefined;
  #nonce = 1;
  #nonceUntil = 0;
  #allocatedUntil = 0;
  readonly #permitted = new Map<string, number>();
  readonly #channels = new Map<number, { peer: SocketAddress; until: number }>();

  /** @param nonceMs how long a nonce is good */
  constructor(
    readonly clock: VirtualClock,
    readonly toClient: (data: Uint8Array) => void,
    readonly nonceMs = 3_600_000,
    readonly lifetimeS = 600,
  ) {
    this.#nonceUntil = clock.now() + nonceMs;
  }

  get allocated(): boolean {
    return this.clock.now() < this.#allocatedUntil;
  }

  /** What a client sends. */
  take(bytes: Uint8Array): void {
    if (this.silent) return;
    const framed = parseChannelData(bytes);
    const channel = framed && this.#channels.get(framed.channel);
    if (framed !== undefined) {
      const open = channel !== undefined && channel.until > this.clock.now();
      if (open) this.#toPeer(framed.data, channel.peer, true);
      return;
    }
    const message = parseStun(bytes)!;
    if (message.class === "indication") {
      const peer = addressIn(message, ATTRIBUTE.xorPeerAddress)!;
      return this.#toPeer(message.attributes.get(ATTRIBUTE.data)!.value, peer, false);
    }
    const name = Object.entries(METHOD).find(([, method]) => method === message.method)![0];
    this.overheard?.(message);
    const code = this.#judge(message) ?? this.#perform(name, message);
    this.log.push(`${name} ${code}`);
    this.#reply(message, code, name);
  }

  /** A peer sends to the relay. */
  fromPeer(text: string, peer: SocketAddress): void {
    if ((this.#permitted.get(peer.address) ?? 0) <= this.clock.now() || !this.allocated) return;
    const data = new TextEncoder().encode(text);
    const bound = [...this.#channels].find(([, { peer: other, until }]) =>
      other.address === peer.address && other.port === peer.port && until > this.clock.now()
    );
    if (bound !== undefined) return this.toClient(channelData(bound[0], data, false));
    const writer = new StunWriter(METHOD.data, "indication", ID);
    addAddress(writer, ATTRIBUTE.xorPeerAddress, peer).add(ATTRIBUTE.data, data);
    this.toClient(writer.bytes);
  }

  #toPeer(data: Uint8Array, to: SocketAddress, channel: boolean): void {
    const permitted = (this.#permitted.get(to.address) ?? 0) > this.clock.now();
    if (permitted && this.allocated) {
      this.relayed.push({ data: new TextDecoder().decode(data), to, channel });
    }
  }

  #judge(message: StunMessage): number | undefined {
    if (this.refuse !== undefined) return this.refuse;
    if (!hasIntegrity(message, KEY)) return 401;
    const stale = this.clock.now() >= this.#nonceUntil;
    return stale || textOf(message, ATTRIBUTE.nonce) !== `nonce${this.#nonce}` ? 438 : undefined;
  }

  #perform(name: string, message: StunMessage): number {
    const now = this.clock.now();
    const peer = addressIn(message, ATTRIBUTE.xorPeerAddress);
    if (name === "allocate") this.#allocatedUntil = now + this.lifetimeS * 1000;
    else if (!this.allocated) return 437;
    if (name === "refresh") {
      this.#allocatedUntil = now +
        Math.min(uint32Of(message, ATTRIBUTE.lifetime)!, this.lifetimeS) * 1000;
    }
    if (name === "createPermission") this.#permitted.set(peer!.address, now + 300_000);
    if (name === "channelBind") {
      this.#permitted.set(peer!.address, now + 300_000);
      const number = uint32Of(message, ATTRIBUTE.channelNumber)! >>> 16;
      this.#channels.set(number, { peer: peer!, until: now + 600_000 });
    }
    return 200;
  }

  #reply(message: StunMessage, code: number, name: string): void {
    const kind = code === 200 ? "success" : "error";
    const writer = new StunWriter(message.method, kind, message.transactionId);
    if (code !== 200) addError(writer, { code, reason: "no" });
    if (code === 401 || code === 438) {
      if (this.clock.now() >= this.#nonceUntil) {
        this.#nonce += 1;
        this.#nonceUntil = this.clock.now() + this.nonceMs;
      }
      writer.text(ATTRIBUTE.realm, REALM).text(ATTRIBUTE.nonce, `nonce${this.#nonce}`);
    }
    if (code === 200 && name === "allocate") {
      addAddress(writer, ATTRIBUTE.xorRelayedAddress, this.relay);
      addAddress(writer, ATTRIBUTE.xorMappedAddress, { address: "203.0.113.1", port: 40_000 });
    }
    if (code === 200) addIntegrity(writer.uint32(ATTRIBUTE.lifetime, this.lifetimeS), KEY);
    this.toClient(writer.bytes);
  }
}
