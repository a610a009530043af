/**
 * A bound UDP socket: datagrams with where they came from, or go. Deno's own, as Node's takes 45 ms of
 * a command's start; only Node's can leave IPv4 out of the IPv6 wildcard, where another socket has it.
 */
import { plainHost } from "./flow.ts";
import type { Address } from "./types.ts";

/** What a datagram has room for. */
const MAX_BYTES = 65_536;
/** Errors in a row after which it is the socket's own. */
const MAX_FAILURES = 1_000;

type Received = (bytes: Uint8Array, from: Address) => void;

export interface Datagrams {
  readonly bound: Address;
  /** Rejects with the system's error. */
  send(bytes: Uint8Array, remote: Address): Promise<unknown>;
  close(): void;
}

/** Binds; port 0 takes a free one. Rejects with the system's error. */
export async function bindDatagrams(at: Address, received: Received): Promise<Datagrams> {
  const host = plainHost(at.host);
  return host === "::" ? await bindWildcard6(at.port, received) : bindOne(host, at.port, received);
}

function bindOne(hostname: string, port: number, received: Received): Datagrams {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  void receiveAll(socket, received);
  const { hostname: host, port: bound } = socket.addr as Deno.NetAddr;
  return {
    bound: { host: plainHost(host), port: bound },
    send: (bytes, remote) =>
      socket.send(bytes, { transport: "udp", hostname: remote.host, port: remote.port }),
    close: () => socket.close(),
  };
}

/** To its end. An error is about a single datagram: retransmission takes care of it. */
async function receiveAll(socket: Deno.DatagramConn, received: Received): Promise<void> {
  const buffer = new Uint8Array(MAX_BYTES);
  for (let failures = 0; failures < MAX_FAILURES;) {
    const datagram = await socket.receive(buffer).catch((error: unknown) => {
      failures = error instanceof Deno.errors.BadResource ? MAX_FAILURES : failures + 1;
    });
    if (datagram === undefined) continue;
    failures = 0;
    const [bytes, { hostname, port }] = datagram as [Uint8Array, Deno.NetAddr];
    try {
      received(bytes.slice(), { host: plainHost(hostname), port });
    } catch (error) {
      // A bug of ours, not of the network: it is told, and the socket goes on.
      reportError(error);
    }
  }
}

async function bindWildcard6(port: number, received: Received): Promise<Datagrams> {
  const { createSocket } = await import("node:dgram");
  const socket = createSocket({ type: "udp6", ipv6Only: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (cause) => {
      socket.close();
      reject(cause);
    });
    socket.bind(port, "::", resolve);
  });
  socket.removeAllListeners("error");
  // As above.
  socket.on("error", () => {});
  socket.on("message", (bytes, from) => {
    received(bytes, { host: plainHost(from.address), port: from.port });
  });
  const { address, port: bound } = socket.address();
  return {
    bound: { host: plainHost(address), port: bound },
    send: (bytes, remote) =>
      new Promise<void>((resolve, reject) => {
        socket.send(bytes, remote.port, remote.host, (cause) => cause ? reject(cause) : resolve());
      }),
    close: () => void socket.close(),
  };
}
