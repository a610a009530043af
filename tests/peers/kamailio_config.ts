/** The one kamailio configuration of the tests: registrar with digest, proxy with Record-Route. */

export interface KamailioSettings {
  /** User name → password. */
  users: Readonly<Record<string, string>>;
  /** Hash of the digest challenge. */
  algorithm: "MD5" | "SHA-256";
  /** Quality of protection that is offered. */
  qop: "auth" | "auth-int";
  /** True: an INVITE or MESSAGE of a user of ours is challenged too (407). */
  authenticateCalls: boolean;
  /** Bounds of a registration's expiry, seconds; below the lower one the answer is 423. */
  minExpires: number;
  maxExpires: number;
  /** Seconds that a nonce lives; after that the challenge says `stale=true`. */
  nonceExpires: number;
  /** True: it keeps the flows of phones behind edge proxies (RFC 5626), and calls by one after another. */
  keepsFlows?: boolean;
  /** True: it grants GRUUs (RFC 5627) and finds the phone of one, inside calls too. */
  grantsGruu?: boolean;
  /** Numbers that nobody has: the status of each call to one. */
  refuseCalls?: Readonly<Record<string, number>>;
  /** `host:port` of an rtpengine that every call's sound goes through; see {@link mediaRoutes}. */
  rtpengine?: string;
  /** A failure before everything else: status of each REGISTER, with Retry-After where given. */
  refuseRegister?: { status: number; reason: string; retryAfter?: number };
}

/** Where kamailio listens; WebSocket shares the TCP port, secure WebSocket the TLS port. */
export interface KamailioPlace {
  hosts: readonly string[];
  port: number;
  tlsPort: number;
  certFile: string;
  keyFile: string;
  /** Client certificates must be signed by it, when given. */
  clientCaFile?: string;
  folder: string;
}

const MODULES = ["jsonrpcs", "kex", "corex", "tm", "tmx", "sl", "rr", "pv", "maxfwd", "usrloc"]
  .concat(
    ["registrar", "textops", "textopsx", "siputils", "xlog", "sanity", "nathelper", "path", "auth"],
    ["htable", "tls", "xhttp", "websocket"],
  );

const KEEPS_FLOWS = `modparam("registrar", "outbound_mode", 1)
modparam("registrar", "flow_timer", 20)
modparam("tm", "contacts_avp", "tm_contacts")
modparam("tm", "contact_flows_avp", "tm_contact_flows")`;

/** Its GRUUs leave the port out. */
const ALIAS = `alias=127.0.0.1:5060`;

/** Without it a request for a GRUU goes to kamailio itself, again and again. */
const GRUU_IN_DIALOG = `if (uri == myself && $(ru{uri.param,gr}) != $null) lookup("location");`;

/** RFC 5626 §5.3: one flow of a phone at a time; the next where that one failed. */
const BY_FLOWS = `
route[BY_FLOWS] {
  # With one contact there is nothing to choose, and they say false.
  t_load_contacts();
  t_next_contacts();
  t_set_fr(60000, 1500);
}

event_route[tm:branch-failure:next-flow] {
  if (!t_check_status("408|430|477|503")) exit;
  if (t_next_contact_flow()) t_relay();
}
`;

/** Text of the configuration file. */
export function kamailioConfig(place: KamailioPlace, settings: KamailioSettings): string {
  const listen = place.hosts.flatMap((host) => [
    `listen=udp:${host}:${place.port}`,
    `listen=tcp:${host}:${place.port}`,
    `listen=tls:${host}:${place.tlsPort}`,
  ]);
  const { rtpengine, keepsFlows = false } = settings;
  const load = MODULES.filter((name) => name !== "jsonrpcs")
    .concat(rtpengine === undefined ? [] : ["rtpengine"], keepsFlows ? ["outbound"] : [])
    .map((name) => `loadmodule "${name}.so"`);
  const users = Object.entries(settings.users)
    .map(([user, password]) => `  $sht(users=>${user}) = "${password}";`);
  const challenge = settings.qop === "auth" ? 1 : 2;
  return `#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
enable_tls=yes
tcp_accept_no_cl=yes
tcp_rd_buf_size=65536
auto_aliases=no
server_header="Server: kamailio"
${listen.join("\n")}
${settings.grantsGruu ? ALIAS : ""}

${load.join("\n")}

modparam("rr", "enable_full_lr", 1)
modparam("rr", "append_fromtag", 1)
modparam("usrloc", "db_mode", 0)
modparam("registrar", "use_path", 1)
modparam("registrar", "path_mode", 0)
modparam("registrar", "gruu_enabled", ${settings.grantsGruu ? 1 : 0})
modparam("registrar", "method_filtering", 0)
${keepsFlows ? KEEPS_FLOWS : ""}
modparam("registrar", "max_contacts", 10)
modparam("registrar", "min_expires", ${settings.minExpires})
modparam("registrar", "max_expires", ${settings.maxExpires})
modparam("registrar", "default_expires", 60)
modparam("auth", "algorithm", "${settings.algorithm}")
modparam("auth", "qop", "${settings.qop}")
modparam("auth", "nonce_expire", ${settings.nonceExpires})
modparam("auth", "nonce_count", 0)
modparam("htable", "htable", "users=>size=4;")
modparam("tm", "fr_timer", 15000)
modparam("tm", "fr_inv_timer", 60000)
modparam("nathelper|registrar", "received_avp", "$avp(RECEIVED)")
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "${place.certFile}")
modparam("tls", "private_key", "${place.keyFile}")
${
    place.clientCaFile === undefined ? "" : `modparam("tls", "ca_list", "${place.clientCaFile}")
modparam("tls", "verify_certificate", 1)
modparam("tls", "require_certificate", 1)
`
  }
${rtpengine === undefined ? "" : `modparam("rtpengine", "rtpengine_sock", "udp:${rtpengine}")\n`}
event_route[htable:mod-init] {
${users.join("\n")}
}

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("OPTIONS") && uri == myself && $rU == $null) { sl_send_reply("200", "OK"); exit; }
  force_rport();
  if (proto != UDP && is_method("INVITE|SUBSCRIBE|UPDATE|REFER|NOTIFY")) add_contact_alias();

  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) { route(WITHIN_DIALOG); exit; }
  if (t_precheck_trans()) { t_check_trans(); exit; }
  t_check_trans();

  if (is_method("REGISTER")) { route(REGISTER); exit; }
  ${settings.authenticateCalls ? `route(AUTHENTICATE);` : ""}
  remove_hf("Route");
  record_route();
  if ($rU =~ "^status-[0-9]+$") {
    $var(status) = $(rU{s.substr,7,0});
    sl_send_reply("$var(status)", "As Asked");
    exit;
  }
  if ($rU =~ "^moved-to-.+$") {
    $ru = "sip:" + $(rU{s.substr,9,0}) + "@" + $rd;
    append_branch();
    sl_send_reply("302", "Moved Temporarily");
    exit;
  }
${refusedNumbers(settings)}  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_on_branch("TO_PHONE");
  ${keepsFlows ? `route(BY_FLOWS);` : ""}
  if (!t_relay()) sl_reply_error();
}
${keepsFlows ? BY_FLOWS : ""}
branch_route[TO_PHONE] {
${keepsFlows ? `  t_on_branch_failure("next-flow");` : ""}
  t_on_reply("FROM_PHONE");
  ${rtpengine === undefined ? "" : "route(MEDIA_OFFER);"}
}

onreply_route[FROM_PHONE] {
  if (proto != UDP) add_contact_alias();
  ${rtpengine === undefined ? "" : "route(MEDIA_ANSWER);"}
}
${rtpengine === undefined ? "" : mediaRoutes()}

route[WITHIN_DIALOG] {
  if (loose_route()) {
    if ($du == $null) handle_ruri_alias();
    ${settings.grantsGruu ? GRUU_IN_DIALOG : ""}
    ${rtpengine === undefined ? "" : `if (is_method("BYE")) rtpengine_delete();`}
    if (is_method("INVITE|SUBSCRIBE|UPDATE|REFER")) { record_route(); t_on_branch("TO_PHONE"); }
    if (!t_relay()) sl_reply_error();
    exit;
  }
  if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
  sl_send_reply("404", "Not Here");
}

route[REGISTER] {
  ${refusal(settings)}
  if (!pv_www_authenticate("$td", "$sht(users=>$au)", "0") || $au != $tU) {
    www_challenge("$td", "${challenge}");
    exit;
  }
  if (proto != UDP && !is_present_hf("Path")) { fix_nated_register(); setbflag(6); }
  if (!save("location")) sl_reply_error();
}

route[AUTHENTICATE] {
  if ($sht(users=>$fU) == $null) return;
  if (!pv_proxy_authenticate("$fd", "$sht(users=>$au)", "0") || $au != $fU) {
    proxy_challenge("$fd", "${challenge}");
    exit;
  }
  consume_credentials();
}

event_route[xhttp:request] {
  if ($hdr(Upgrade) =~ "websocket" && $hdr(Connection) =~ "Upgrade" && $rm =~ "GET") {
    ws_handle_handshake();
    exit;
  }
  if ($hu =~ "^/contacts/") {
    $var(user) = $(hu{s.substr,10,0});
    if (reg_fetch_contacts("location", "sip:$var(user)@registrar", "contacts")) {
      $var(i) = 0;
      $var(body) = "";
      while ($var(i) < $(ulc(contacts=>count))) {
        $var(body) = $var(body) + $(ulc(contacts=>addr)[$var(i)]) + " " + $(ulc(contacts=>path)[$var(i)]) + "\\n";
        $var(i) = $var(i) + 1;
      }
      xhttp_reply("200", "OK", "text/plain", "$var(body)");
      exit;
    }
  }
  xhttp_reply("404", "Not Found", "text/plain", "");
}
`;
}

/** What a called phone gets of rtpengine, by the transport of its signalling. */
const MEDIA = {
  web: "UDP/TLS/RTP/SAVPF ICE=force rtcp-mux-offer rtcp-mux-accept",
  tls: "RTP/SAVP ICE=remove DTLS=off rtcp-mux-demux",
  open: "RTP/AVP ICE=remove rtcp-mux-demux",
};

/**
 * A called phone has media as its signalling suggests: over WebSocket those of a browser (ICE, keys by
 * DTLS), over TLS keys by SDES, else plain RTP. A caller has what it offers.
 */
function mediaRoutes(): string {
  const to = (transport: string) =>
    ["$du", "$ru"].map((uri) => `${uri} =~ ";transport=${transport}(;|$)"`).join(" || ");
  return `
route[MEDIA_OFFER] {
  if (!has_body("application/sdp")) return;
  if (${to("wss?")}) $var(media) = "${MEDIA.web}";
  else if (${to("tls")}) $var(media) = "${MEDIA.tls}";
  else $var(media) = "${MEDIA.open}";
  rtpengine_offer("replace-origin replace-session-connection $var(media)");
}

route[MEDIA_ANSWER] {
  if (has_body("application/sdp")) rtpengine_answer("replace-origin replace-session-connection");
}
`;
}

function refusedNumbers({ refuseCalls = {} }: KamailioSettings): string {
  return Object.entries(refuseCalls).map(([number, status]) =>
    `  if ($rU == "${number}") { sl_send_reply("${status}", "As Asked"); exit; }\n`
  ).join("");
}

function refusal(settings: KamailioSettings): string {
  const refuse = settings.refuseRegister;
  if (!refuse) return "";
  const header = refuse.retryAfter === undefined
    ? ""
    : `append_to_reply("Retry-After: ${refuse.retryAfter}\\r\\n"); `;
  return `${header}sl_send_reply("${refuse.status}", "${refuse.reason}"); exit;`;
}
