/**
 * kamailio as an edge proxy that keeps flows (RFC 5626): it stands between phones and a registrar, adds
 * Path, and finds the phone's flow by the token in its Route. It answers STUN keepalives (§4.4.2).
 */
import type { Kamailio, Transport } from "./kamailio.ts";
import { PeerProcess } from "./peer_process.ts";
import { freePorts } from "./ports.ts";
import type { Scratch } from "./scratch.ts";

export class KamailioEdge {
  readonly #launch: () => PeerProcess;
  #process: PeerProcess;

  private constructor(
    readonly port: number,
    readonly tlsPort: number,
    launch: () => PeerProcess,
  ) {
    this.#launch = launch;
    this.#process = launch();
  }

  /** In front of `registrar`, which it asks by UDP, with a certificate of the same authority. */
  static async start(scratch: Scratch, name: string, registrar: Kamailio): Promise<KamailioEdge> {
    const certificate = await registrar.authority.issue(name);
    const port = freePorts(2);
    const place = { ...certificate, port, tlsPort: port + 1, registrar: registrar.address() };
    const config = scratch.file(`${name}.cfg`);
    await Deno.writeTextFile(config, edgeConfig(place));
    const folder = scratch.file(name);
    await Deno.mkdir(folder);
    const args = ["-DD", "-E", "-f", config, "-w", folder, "-Y", folder, "-m", "48", "-M", "8"];
    const launch = () => PeerProcess.start(scratch, { name, command: "kamailio", args });
    const edge = new KamailioEdge(port, port + 1, launch);
    await edge.#ready();
    return edge;
  }

  /** Every flow breaks. */
  async stop(): Promise<void> {
    await this.#process.stop();
  }

  /** At the same ports, after {@link stop}. */
  async startAgain(): Promise<void> {
    this.#process = this.#launch();
    await this.#ready();
  }

  /** As a proxy in a configuration. */
  address(transport: Transport = "udp"): string {
    const port = transport === "tls" || transport === "wss" ? this.tlsPort : this.port;
    return `127.0.0.1:${port}`;
  }

  async #ready(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/`).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`kamailio does not answer on port ${this.port}:\n${this.#process.tail()}`);
  }
}

interface EdgePlace {
  port: number;
  tlsPort: number;
  certFile: string;
  keyFile: string;
  registrar: string;
}

const MODULES = ["kex", "corex", "tm", "tmx", "sl", "pv", "outbound", "rr", "path", "maxfwd"]
  .concat(["textops", "siputils", "xlog", "nathelper", "stun", "tls", "xhttp", "websocket"]);

function edgeConfig({ port, tlsPort, certFile, keyFile, registrar }: EdgePlace): string {
  return `#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
enable_tls=yes
tcp_accept_no_cl=yes
tcp_rd_buf_size=65536
tcp_connection_lifetime=3600
auto_aliases=no
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
listen=tls:127.0.0.1:${tlsPort}

${MODULES.map((name) => `loadmodule "${name}.so"`).join("\n")}

modparam("rr", "enable_full_lr", 1)
modparam("rr", "append_fromtag", 0)
modparam("outbound", "flow_token_secret", "a key of twenty bytes")
modparam("tm", "fr_timer", 3000)
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "${certFile}")
modparam("tls", "private_key", "${keyFile}")

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  force_rport();
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (!loose_route()) {
      if (is_method("ACK") && t_check_trans()) t_relay();
      else if (!is_method("ACK")) sl_send_reply("404", "Not Here");
      exit;
    }
    if (is_method("INVITE|UPDATE|SUBSCRIBE")) record_route();
    t_relay();
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    remove_hf("Route");
    add_path();
    $du = "sip:${registrar}";
    t_relay();
    exit;
  }
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  if ($si == "127.0.0.1" && $sp == ${registrar.split(":")[1]}) {
    if (!loose_route()) { sl_send_reply("403", "Forbidden"); exit; }
    t_on_failure("FLOW_FAILED");
    t_relay();
    exit;
  }
  if (is_method("OPTIONS") && uri == myself && $rU == $null) { sl_send_reply("200", "OK"); exit; }
  remove_hf("Route");
  $du = "sip:${registrar}";
  t_relay();
}

failure_route[FLOW_FAILED] {
  if (t_branch_timeout() || !t_branch_replied()) t_reply("430", "Flow Failed");
}

event_route[xhttp:request] {
  if ($hdr(Upgrade) =~ "websocket" && $hdr(Connection) =~ "Upgrade" && $rm =~ "GET") {
    ws_handle_handshake();
    exit;
  }
  xhttp_reply("200", "OK", "text/plain", "");
}
`;
}
