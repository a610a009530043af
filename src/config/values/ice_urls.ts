/** URLs of STUN and TURN servers. Pure. */
import { parseHostPort } from "../../base/network/mod.ts";

/** RFC 7064 §3.2, RFC 7065 §3.2. */
const PORT = 3478;
const TLS_PORT = 5349;

interface StunUrl {
  host: string;
  port: number;
}

interface TurnUrl extends StunUrl {
  protocol: "udp" | "tcp" | "tls";
}

/** RFC 7064; undefined when it is none. */
export function parseStunUrl(text: string): StunUrl | undefined {
  const place = parseHostPort(/^stun:(.+)$/i.exec(text)?.[1] ?? "");
  return place === undefined ? undefined : { host: place.host, port: place.port ?? PORT };
}

/** RFC 7065; undefined when it is none, or one that is not spoken (TURN over DTLS). */
export function parseTurnUrl(text: string): TurnUrl | undefined {
  const [, secure, where = "", transport] =
    /^turn(s?):([^?]+)(?:\?transport=(udp|tcp))?$/i.exec(text) ?? [];
  const place = parseHostPort(where);
  const wanted = transport?.toLowerCase();
  if (place === undefined || (secure !== "" && wanted === "udp")) return undefined;
  const protocol = secure !== "" ? "tls" : wanted === "tcp" ? "tcp" : "udp";
  return { host: place.host, port: place.port ?? (secure !== "" ? TLS_PORT : PORT), protocol };
}
