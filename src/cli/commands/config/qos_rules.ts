/**
 * The rules of the operating system that mark what the phone sends: sound with DSCP EF (46),
 * signalling with AF31 (26), RTCP with the sound (RFC 4594 §4.1, §4.3; RFC 5865 has no other code).
 *
 * Deviation: a program marks its own packets, with IP_TOS. Deno has no call for it, and adopts no UDP
 * socket that another process has marked (docs/architecture.md, "Media"); FFI, which could do it, is
 * kept from the process that parses the network. Pure.
 */
import { parseHostPort, parseWebSocketUrl } from "../../../base/network/mod.ts";

/** Registered for SIP and for SIP over TLS. */
const SIP_PORTS = [5060, 5061];
/** Shared with the web: rules by port would mark pages. */
const WEB_PORTS = [80, 443];

export interface MarkedPhone {
  /** Whose packets are marked. */
  user: string;
  /** `host`, `host:port` or WebSocket URLs of servers and proxies, and places listened on. */
  places: readonly string[];
}

/** An nftables script: `nft -f` takes it, and again to replace what it made before. */
export function qosRules({ user, places }: MarkedPhone): string {
  const ports = portsOf(places);
  const sip = [...new Set([...SIP_PORTS, ...ports])].filter((port) => !WEB_PORTS.includes(port))
    .sort((a, b) => a - b).join(", ");
  const web = ports.some((port) => WEB_PORTS.includes(port))
    ? ["    # SIP over WebSocket on the web's ports is not marked: pages would be as well."]
    : [];
  return `${
    [
      "# Marks what offhook sends: sound EF (46), signalling AF31 (26).",
      "# Install as root, also after a change of the servers:  nft -f FILE",
      "# Remove:  nft delete table inet offhook_qos",
      "table inet offhook_qos",
      "delete table inet offhook_qos",
      "table inet offhook_qos {",
      "  chain output {",
      "    type route hook output priority mangle; policy accept;",
      `    meta skuid != ${JSON.stringify(user)} return`,
      "    # RTP, SRTP and RTCP begin with version 2 (RFC 3550); SIP, STUN and DTLS do not.",
      ...both("udp length >= 20 @th,64,2 2", "ef"),
      ...web,
      ...both(`meta l4proto { tcp, udp } th dport { ${sip} }`, "af31"),
      ...both(`meta l4proto { tcp, udp } th sport { ${sip} }`, "af31"),
      "  }",
      "}",
    ].join("\n")
  }\n`;
}

function both(match: string, dscp: string): string[] {
  return ["ip", "ip6"].map((family) => `    ${match} ${family} dscp set ${dscp}`);
}

function portsOf(places: readonly string[]): number[] {
  return places.flatMap((place) => {
    const url = parseWebSocketUrl(place);
    if (url !== undefined) return url.port ?? (url.transport === "wss" ? 443 : 80);
    return parseHostPort(place.replace(/^sips?:/, "").replace(/;.*$/, ""))?.port ?? [];
  });
}
