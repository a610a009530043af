/**
 * Ways to a TURN server: UDP, TCP and TLS (RFC 8656 §2.1). Each server has a socket of its own, and over
 * UDP nobody else is heard on it.
 */
import { OffhookError } from "../../../base/mod.ts";
import { MAX_DATAGRAM } from "../../rtp/mod.ts";
import { canonicalAddress } from "../mod.ts";
import type { TurnLink } from "./client.ts";
import { TurnFramer } from "./frames.ts";
import { nameOf, type TurnServer } from "./server.ts";

/** What comes by a link, and its end. */
export interface LinkListener {
  /** A whole frame, valid during the call. */
  deliver(frame: Uint8Array): void;
  broken(reason: string): void;
}

export type OpenLink = (
  server: TurnServer,
  /** The server's, resolved. */
  address: string,
  listener: LinkListener,
) => Promise<TurnLink>;

/**
 * @param caFile PEM file of an authority that is trusted besides the usual ones
 * @returns opens links; they reject with `media-failed`, or `tls-failed` for a certificate
 */
export function systemLinks(caFile?: string): OpenLink {
  return async (server, address, listener) => {
    if (server.protocol === "udp") return udpLink(server, address, listener);
    try {
      return streamLink(await connect(server, address, caFile), address, listener);
    } catch (error) {
      throw cannotConnect(server, error);
    }
  };
}

async function connect(
  { protocol, host, port }: TurnServer,
  address: string,
  caFile: string | undefined,
): Promise<Deno.Conn> {
  if (protocol === "tcp") return Deno.connect({ hostname: address, port });
  const caCerts = caFile === undefined ? [] : [await Deno.readTextFile(caFile)];
  const connection = await Deno.connectTls({ hostname: host, port, caCerts });
  await connection.handshake();
  return connection;
}

function udpLink({ port }: TurnServer, address: string, listener: LinkListener): TurnLink {
  const family = familyOf(address);
  const hostname = family === "IPv6" ? "::" : "0.0.0.0";
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  const target = { transport: "udp", hostname: address, port } as const;
  let closed = false;
  const receive = async () => {
    const buffer = new Uint8Array(MAX_DATAGRAM);
    while (!closed) {
      try {
        const [data, source] = await socket.receive(buffer);
        const from = source as Deno.NetAddr;
        const known = from.port === port && canonicalAddress(from.hostname) === address;
        if (!closed && known) listener.deliver(data);
      } catch (error) {
        // An ICMP error of an earlier send may surface here; requests that time out tell of it.
        if (closed || error instanceof Deno.errors.BadResource) return;
      }
    }
  };
  receive();
  return {
    reliable: false,
    family,
    send: (data) => void socket.send(data, target).catch(() => {}),
    close: () => {
      if (!closed) socket.close();
      closed = true;
    },
  };
}

/** Frames that may wait for a slow server before new ones are lost: speech that is late is worthless. */
const MAX_WAITING = 50;

function streamLink(connection: Deno.Conn, address: string, listener: LinkListener): TurnLink {
  const writer = connection.writable.getWriter();
  const framer = new TurnFramer();
  let closed = false;
  let waiting = 0;
  const close = () => {
    if (closed) return;
    closed = true;
    try {
      connection.close();
    } catch {
      // The other end was faster.
    }
  };
  const end = (reason: string) => {
    if (closed) return;
    close();
    listener.broken(reason);
  };
  const receive = async () => {
    const buffer = new Uint8Array(16_384);
    while (!closed) {
      const length = await connection.read(buffer);
      if (length === null) return end("the server closed it");
      const sound = framer.push(buffer.subarray(0, length), (frame) => {
        if (!closed) listener.deliver(frame);
      });
      if (!sound) return end("the server sent what is no TURN");
    }
  };
  const failed = (error: unknown) => end(error instanceof Error ? error.message : String(error));
  receive().catch(failed);
  return {
    reliable: true,
    family: familyOf(address),
    send: (data) => {
      if (closed || waiting >= MAX_WAITING) return;
      waiting += 1;
      writer.write(data.slice()).then(() => waiting -= 1, failed);
    },
    close,
  };
}

function familyOf(address: string): TurnLink["family"] {
  return address.includes(":") ? "IPv6" : "IPv4";
}

function cannotConnect(server: TurnServer, cause: unknown): OffhookError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const isTls = server.protocol === "tls" && /certificate|tls|handshake/i.test(reason);
  return new OffhookError(
    isTls ? "tls-failed" : "media-failed",
    `the TURN server ${nameOf(server)} cannot be reached: ${reason}`,
    {
      hint: isTls
        ? "Its certificate must be for this host name, and from an authority that is trusted."
        : "Check its address and port under [ice].",
      cause,
    },
  );
}
