/** TURN and STUN servers as people name them: `turn:host:port?transport=tcp` (RFC 7065, RFC 7064). */
import { formatHostPort } from "../../../base/network/mod.ts";

export interface TurnServer {
  host: string;
  port: number;
  protocol: "udp" | "tcp" | "tls";
  /**
   * Also of the time-limited kind that a web service makes from a secret that it shares with the
   * server ("REST"): to us those are a name and a password like any other.
   */
  username: string;
  password: string;
}

/** How a server is named in sentences; never with its password. */
export function nameOf(
  { host, port, protocol }: Omit<TurnServer, "username" | "password">,
): string {
  return `${formatHostPort({ host, port })} (${protocol.toUpperCase()})`;
}
