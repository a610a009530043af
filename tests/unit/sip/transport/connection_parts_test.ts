/** Keepalive, dialog flows and the choice among targets, in virtual time. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../../src/base/errors.ts";
import type { Target } from "../../../../src/sip/dns/locate.ts";
import { scanText } from "../../../../src/sip/message/scan.ts";
import type { SipMessage } from "../../../../src/sip/message/sip_message.ts";
import { DialogFlows, isNatted } from "../../../../src/sip/transport/routing/dialog_flows.ts";
import type { BaseFlow } from "../../../../src/sip/transport/flow/flow.ts";
import { Keepalive } from "../../../../src/sip/transport/flow/keepalive.ts";
import { NextHopConnection } from "../../../../src/sip/transport/routing/next_hop_connection.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

function keepalive(mustAnswer = false) {
  const clock = new VirtualClock();
  const pings: number[] = [];
  let dead = 0;
  const start = clock.now();
  const alive = new Keepalive({
    clock,
    random: () => 1,
    intervalMs: 25_000,
    mustAnswer,
    ping: () => pings.push(clock.now() - start),
    dead: () => dead++,
  });
  return { clock, pings, alive, deaths: () => dead };
}

Deno.test("pings go out soon after the connection, then at their interval", () => {
  const { clock, pings, alive } = keepalive();
  clock.advance(60_000);
  assert.deepEqual(pings, [2000, 27_000, 52_000]);
  alive.stop();
  assert.equal(clock.pending, 0);
});

Deno.test("a peer that never answered pings is not given up, one that did is", () => {
  const silent = keepalive();
  silent.clock.advance(200_000);
  assert.equal(silent.deaths(), 0);
  const { clock, alive, deaths } = keepalive();
  clock.advance(2500);
  alive.ponged();
  clock.advance(27_000 + 9_999 - 2500);
  assert.equal(deaths(), 0);
  clock.advance(1);
  assert.equal(deaths(), 1);
  assert.equal(clock.pending, 0);
});

Deno.test("any bytes prove life; a WebSocket peer must answer from the start", () => {
  const { clock, alive, deaths } = keepalive();
  clock.advance(2500);
  alive.ponged();
  clock.advance(30_000 - 2500);
  alive.heard();
  clock.advance(20_000);
  assert.equal(deaths(), 0);
  const web = keepalive(true);
  web.clock.advance(12_000);
  assert.equal(web.deaths(), 1);
});

function flowLike(transport: string, accepted: boolean, isOpen = true): BaseFlow {
  return { transport, accepted, isOpen, remote: { host: "192.0.2.1", port: 5060 } } as BaseFlow;
}

function message(
  method: string,
  { headers = [], to = "<sip:b@h>", via = "192.0.2.1" }: {
    headers?: string[];
    to?: string;
    via?: string;
  } = {},
): SipMessage {
  const scan = scanText([
    `${method} sip:b@h SIP/2.0`,
    `Via: SIP/2.0/UDP ${via};branch=z9hG4bK1`,
    `To: ${to}`,
    "From: <sip:a@h>",
    "Call-ID: c",
    `CSeq: 1 ${method}`,
    ...headers,
    "",
    "",
  ].join("\r\n"));
  assert(scan.ok);
  return scan.message;
}

Deno.test("a dialog keeps the flow that only it can use", () => {
  const cases: [transport: string, natted: boolean, routed: boolean, preferred: boolean][] = [
    ["ws", false, true, true],
    ["tcp", false, false, true],
    ["udp", false, false, false],
    ["udp", true, false, true],
    ["udp", true, true, false],
  ];
  for (const [transport, natted, routed, preferred] of cases) {
    const dialogs = new DialogFlows();
    const flow = flowLike(transport, true);
    const headers = routed ? ["Record-Route: <sip:p;lr>"] : [];
    const via = natted ? "10.0.0.1" : "192.0.2.1";
    dialogs.received(message("INVITE", { headers, via }), flow);
    assert.equal(dialogs.preferred("c") === flow, preferred, `${transport} ${natted} ${routed}`);
    assert.equal(dialogs.fallback("c"), flow);
  }
});

Deno.test("a closed flow is no dialog's, and a later request of its peer brings the new one", () => {
  const dialogs = new DialogFlows();
  const closed = flowLike("ws", true, false);
  const opened = flowLike("ws", true);
  dialogs.received(message("OPTIONS"), opened);
  assert.equal(dialogs.fallback("c"), undefined, "OPTIONS begins no dialog");
  dialogs.received(message("INVITE"), closed);
  assert.equal(dialogs.preferred("c"), undefined);
  assert.equal(dialogs.latest("c"), closed);
  const bye = message("BYE", { to: "<sip:b@h>;tag=1" });
  dialogs.received(bye, opened);
  assert.equal(dialogs.preferred("c"), undefined, "anybody may have written it");
  dialogs.moved(bye, opened);
  assert.equal(dialogs.preferred("c"), opened);
});

Deno.test("a peer behind NAT is known by its Via", () => {
  const flow = flowLike("udp", true);
  assert(!isNatted(message("BYE"), flow));
  const behind = { ...flow, remote: { host: "192.0.2.1", port: 1024 } } as BaseFlow;
  assert(isNatted(message("BYE"), behind));
});

function targets(...hosts: string[]): Target[] {
  return hosts.map((host) => ({ transport: "tcp", host, port: 5060, name: "pbx" }));
}

function nextHop(hosts: string[], failing: Record<string, OffhookError>) {
  const clock = new VirtualClock();
  const tried: string[] = [];
  const connection = new NextHopConnection({
    clock,
    hops: 1,
    locateHop: () => Promise.resolve([]),
    names: [{ host: "pbx" }],
    locate: () => Promise.resolve(targets(...hosts)),
    open: (target) => {
      tried.push(target.host);
      const error = failing[target.host];
      if (error !== undefined) return Promise.reject(error);
      return Promise.resolve(flowLike("tcp", false));
    },
  });
  return { clock, tried, connection };
}

const down = new OffhookError("unreachable", "down");
const untrusted = new OffhookError("tls-failed", "untrusted");

Deno.test("targets are tried in turn, and one that failed comes last for five minutes", async () => {
  const { clock, tried, connection } = nextHop(["a", "b"], {});
  const flow = await connection.connect();
  assert.equal(await connection.connect(), flow, "open already");
  assert(connection.closed(flow, true));
  assert.deepEqual(tried, ["a"]);
  await connection.connect();
  assert.deepEqual(tried, ["a", "b"]);
  assert(connection.closed(connection.flow!, false), "closed by us: no penalty");
  clock.advance(5 * 60_000);
  await connection.connect();
  assert.deepEqual(tried, ["a", "b", "a"]);
});

Deno.test("when no target can be had, the most telling reason is given", async () => {
  const { tried, connection } = nextHop(["a", "b"], { a: down, b: untrusted });
  await assert.rejects(connection.connect(), untrusted);
  assert.deepEqual(tried, ["a", "b"]);
  const misconfigured = new OffhookError("file-unusable", "no such file");
  const stopped = nextHop(["a", "b"], { a: misconfigured });
  await assert.rejects(stopped.connection.connect(), misconfigured);
  assert.deepEqual(stopped.tried, ["a"], "another target would not help");
});

Deno.test("connecting twice at once connects once", async () => {
  const { tried, connection } = nextHop(["a"], {});
  const [one, two] = await Promise.all([connection.connect(), connection.connect()]);
  assert.equal(one, two);
  assert.deepEqual(tried, ["a"]);
});

Deno.test("advancing leaves a target for the next, until there is none", async () => {
  const { tried, connection } = nextHop(["a", "b"], {});
  const first = await connection.connect();
  const second = await connection.advance();
  assert(second !== undefined && second !== first && connection.flow === second);
  assert.equal(await connection.advance(), undefined);
  assert.equal(connection.flow, second);
  assert.deepEqual(tried, ["a", "b"]);
});
