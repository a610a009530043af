/**
 * The vocabulary of the transport layer (RFC 3261 §18): clocks, addresses, flows, options, events.
 * Types only.
 */
import type { TlsSettings, TransportName } from "../../../core/account/mod.ts";
import type { Clock } from "../../../base/time/mod.ts";
import type { ErrorJson } from "../../../base/mod.ts";
import type { Resolver } from "../../dns/mod.ts";
import type { SipMessage, TraceSink } from "../../message/mod.ts";

export type { Clock, TimerHandle } from "../../../base/time/mod.ts";

/** An address of one of the host's interfaces. */
export interface HostAddress {
  address: string;
  family: "IPv4" | "IPv6";
  /** With the length of its network: `192.0.2.7/24`. */
  cidr: string | null;
  /** It is reached from this host only. */
  internal: boolean;
}

/** Where the host's interfaces and routes are read; tests replace it. */
export interface HostNetwork {
  /** By the interface's name. */
  interfaces(): Partial<Record<string, HostAddress[]>>;
  /** Text of /proc/net/route or /proc/net/ipv6_route; empty where there is none. */
  routes(family: 4 | 6): string;
}

/** A numeric address; IPv6 without brackets, IPv4-mapped IPv6 as IPv4. */
export interface Address {
  host: string;
  port: number;
}

/**
 * One way to one peer: a UDP socket with a remote address, or one connection. Read-only for users
 * of the layer; identity (`===`) tells flows apart.
 */
export interface Flow {
  readonly id: number;
  readonly transport: TransportName;
  /** Never a wildcard: for UDP the address that the host uses toward `remote`, which may change. */
  readonly local: Address;
  readonly remote: Address;
  /** True: the peer connected to a listener of ours (UDP: it came to us first). */
  readonly accepted: boolean;
  /** Our address as the peer's last response saw it (received/rport); absent when it is `local`. */
  readonly publicAddress: Address | undefined;
  readonly isOpen: boolean;
}

/** What transactions need to know about a flow. */
export interface TransactionFlow {
  readonly reliable: boolean;
  /** Whom it leads to. */
  readonly remote?: { readonly host: string };
  /** Sends again what was sent before; failures are the flow's to report. */
  resend(text: string): void;
}

/** What a Contact of ours has to say on a flow: `host` bracketed when IPv6. */
export interface SipContactAddress {
  host: string;
  /** Absent on WebSocket, whose contact is an `.invalid` name (RFC 7118 §5). */
  port: number | undefined;
  /** The `transport` parameter: `tcp`, `tls`, `ws` (also for wss); absent for UDP. */
  transport: string | undefined;
}

/** Where every request of an account goes: registrar or outbound proxy, as configured. */
export interface NextHop {
  /** `host`, `host:port`, `[v6]:port` or a SIP/SIPS URI. */
  server: string;
  /** Others that take its place, in this order, written the same way. */
  backups?: readonly string[];
  /** Absent: chosen by NAPTR/SRV, else UDP (RFC 3263 §4.1). */
  transport?: TransportName;
  /** The account's domain when `server` is an outbound proxy: its requests may come directly. */
  domain?: string;
}

/** Certificate that a TLS or WSS listener presents (PEM text). */
export interface ListenTls {
  cert: string;
  key: string;
  /** PEM text: ask clients for a certificate signed by it, and refuse those without. */
  clientCa?: string;
}

export interface ListenOptions {
  /** For `tls` and `wss`; required there. */
  tls?: ListenTls;
  /** For `ws` and `wss`: web pages that may connect, as their browsers say it (`https://pbx.example`). */
  origins?: readonly string[];
}

/**
 * Sees every well-formed request before SipStack does. A returned text is sent as its response, on the
 * flow of the request, and SipStack never sees the request. Retransmissions on UDP are answered by the
 * layer without asking again. Must not throw.
 */
export type RequestHook = (request: SipMessage, flow: Flow) => string | undefined;

/** What the layer tells its owner. */
export type LayerEvent =
  /** A connection came up, opened or accepted. */
  | { type: "flow-opened"; flow: Flow }
  /** A connection ended, or a UDP flow was given up; `error` is absent when we closed it. */
  | { type: "flow-closed"; flow: Flow; error?: ErrorJson }
  /**
   * A request of ours could not be sent or can no longer be answered: nothing resolved, nothing
   * connected, the connection died. SipStack sees a 503 of ours for it (RFC 3261 §8.1.3.1); this event,
   * sent before, says why.
   */
  | { type: "request-failed"; callId: string; method: string; error: ErrorJson }
  /** A request that nobody answered in 64·T1; SipStack sees its own Timer B or F. */
  | { type: "request-unanswered"; callId: string; method: string; flow: Flow }
  /** Account mode: the connection to the next hop is lost; `error` absent when we closed it. */
  | { type: "next-hop-lost"; error?: ErrorJson }
  /** Account mode: a target did not answer, requests under way were sent again to the next one. */
  | { type: "next-hop-changed"; flow: Flow }
  /** A response, or STUN, told another address of ours than we knew: Contact changes with it. */
  | { type: "public-address"; flow: Flow }
  /** Something came that is no SIP message for us; it was dropped or answered by the layer. */
  | { type: "message-rejected"; reason: string; status: number | undefined; flow: Flow };

/**
 * Which open flow requests take whose Route or request URI names a place: `host` or `host:port` as it
 * is written there, in lower case. Looked up for each request; a closed flow counts as none.
 */
export type RouteTable = ReadonlyMap<string, Flow>;

export interface TransportLayerOptions {
  clock?: Clock;
  /** Uniform in [0, 1): SRV weights, jitter. Default: crypto. */
  random?: () => number;
  resolver?: Resolver;
  /** Default: this host's. */
  host?: HostNetwork;
  /** For connections that we open; default: verify against the system's authorities. */
  tls?: TlsSettings;
  trace?: TraceSink;
  /** Account mode: every request goes here. Absent (direct mode): to its Route or request URI. */
  nextHop?: NextHop;
  /**
   * Local address of the UDP socket that requests leave from; default any address, a free port. The
   * account's own TCP or TLS connection heeds `wishedPort` only.
   */
  bind?: {
    host?: string;
    port?: number;
    /** Taken instead of any free one, where it is free itself. */
    wishedPort?: number;
  };
  /** Milliseconds to wait for one target's connection, TLS and WebSocket handshake included; 5000. */
  connectTimeoutMs?: number;
  /** Milliseconds between keepalives (RFC 5626 §4.4.1); 0: none; default 25 000. */
  keepaliveMs?: number;
  /** UDP requests longer than this many bytes go by TCP (RFC 3261 §18.1.1); default 1300. */
  udpLimit?: number;
  onRequest?: RequestHook;
  routes?: RouteTable;
  /** Whether a request that is of no call is looked at; without it every one is. Must not throw. */
  heeds?: (request: SipMessage, flow: Flow) => boolean;
  onEvent?: (event: LayerEvent) => void;
}
