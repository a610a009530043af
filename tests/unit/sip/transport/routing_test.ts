/** Which flow a request takes: by the dialog, by the account, and never in the clear by accident. */
import assert from "node:assert/strict";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";
import type { OffhookError } from "../../../../src/base/errors.ts";
import type { TransportName } from "../../../../src/core/account/account.ts";
import type { Target } from "../../../../src/sip/dns/locate.ts";
import { scanText } from "../../../../src/sip/message/scan.ts";
import type { SipMessage } from "../../../../src/sip/message/sip_message.ts";
import type { BaseFlow } from "../../../../src/sip/transport/flow/flow.ts";
import { DialogFlows } from "../../../../src/sip/transport/routing/dialog_flows.ts";
import { NextHopConnection } from "../../../../src/sip/transport/routing/next_hop_connection.ts";
import { Routing } from "../../../../src/sip/transport/routing/routing.ts";

function flowTo(transport: TransportName, host: string, isOpen = true): BaseFlow {
  return { transport, isOpen, accepted: false, remote: { host, port: 5060 } } as BaseFlow;
}

function request(uri: string, more: { route?: string; tag?: boolean } = {}): SipMessage {
  const { route, tag = true } = more;
  const scan = scanText([
    `INVITE ${uri} SIP/2.0`,
    "Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK1",
    `To: <sip:b@h>${tag ? ";tag=1" : ""}`,
    "From: <sip:a@h>;tag=2",
    "Call-ID: c",
    "CSeq: 1 INVITE",
    ...(route === undefined ? [] : [`Route: <${route}>`]),
    "",
    "",
  ].join("\r\n"));
  assert(scan.ok);
  return scan.message;
}

interface Bench {
  routing: Routing;
  /** Where the account's own flow leads, or where the direct call came from. */
  own: BaseFlow;
  /** `transport host` of what was opened. */
  opened: string[];
}

/** @param own transport and host of the account's flow; `began`: of the call's, when it is another */
async function onAccount(own: BaseFlow, began = own): Promise<Bench> {
  const { transport, remote: { host } } = own;
  const account = new NextHopConnection({
    clock: new VirtualClock(),
    hops: 1,
    locateHop: () => Promise.resolve([]),
    names: [{ host: "pbx.example" }],
    locate: () => Promise.resolve([{ transport, host, port: 5060, name: "pbx.example" }]),
    open: () => Promise.resolve(own),
  });
  await account.connect();
  return bench(own, account, began);
}

function bench(
  own: BaseFlow,
  account: NextHopConnection | undefined,
  began: BaseFlow,
  routes?: ReadonlyMap<string, BaseFlow>,
): Bench {
  const dialogs = new DialogFlows();
  dialogs.sent(request("sip:b@h", { tag: false }), began);
  const opened: string[] = [];
  const routing = new Routing({
    dialogs,
    account,
    locate: ({ host, port = 5060, secure, transport }) => {
      const by = secure ? "tls" : transport ?? "udp";
      return Promise.resolve<Target[]>([{ transport: by, host, port, name: host }]);
    },
    open: ({ transport, host }) => {
      opened.push(`${transport} ${host}`);
      return Promise.resolve(flowTo(transport, host));
    },
    routes,
  });
  return { routing, own, opened };
}

async function way({ routing, own }: Bench, message: SipMessage): Promise<string> {
  const flow = await routing.flowFor(message);
  return flow === own ? "own" : `${flow.transport} ${flow.remote.host}`;
}

Deno.test("a request outside dialogs takes the account's flow, whatever it is for", async () => {
  const account = await onAccount(flowTo("udp", "203.0.113.1"));
  for (const uri of ["sip:x@elsewhere.example", "tel:+491", "sip:x@203.0.113.9"]) {
    assert.equal(await way(account, request(uri, { tag: false })), "own");
  }
});

Deno.test("in a dialog the account's flow is for its server, by name and by address", async () => {
  const account = await onAccount(flowTo("udp", "203.0.113.1"));
  const table: [uri: string, route: string | undefined, way: string][] = [
    ["sip:x@pbx.example", undefined, "own"],
    ["sip:x@PBX.example;transport=udp", undefined, "own"],
    ["sip:x@203.0.113.1", undefined, "own"],
    ["sip:x@10.0.0.1", "sip:203.0.113.1:5060;lr", "own"],
    ["sip:x@10.0.0.1", "sip:pbx.example;lr", "own"],
    ["sip:x@pbx.example", "sip:203.0.113.9;lr", "udp 203.0.113.9"],
    ["sip:x@203.0.113.1:5080", undefined, "udp 203.0.113.1"],
    ["sip:x@203.0.113.9;transport=tcp", undefined, "tcp 203.0.113.9"],
    // A private Contact of a public server leads nowhere; a private Record-Route is meant.
    ["sip:x@10.0.0.1", undefined, "own"],
    ["sip:x@10.0.0.1", "sip:10.0.0.2;lr", "udp 10.0.0.2"],
  ];
  for (const [uri, route, wanted] of table) {
    const message = request(uri, route === undefined ? {} : { route });
    assert.equal(await way(account, message), wanted, `${uri} ${route}`);
  }
});

Deno.test("an account on TLS or WebSocket is not left for the clear", async () => {
  const tls = await onAccount(flowTo("tls", "203.0.113.1"));
  assert.equal(await way(tls, request("sip:x@203.0.113.9")), "own");
  assert.equal(await way(tls, request("sips:x@203.0.113.9")), "tls 203.0.113.9");
  for (const transport of ["ws", "wss"] as const) {
    const client = await onAccount(flowTo(transport, "203.0.113.1"));
    assert.equal(await way(client, request("sip:x@203.0.113.9;transport=tcp")), "own");
  }
});

Deno.test("a direct call to an account goes to who called, whatever network that is in", async () => {
  const account = await onAccount(flowTo("udp", "203.0.113.1"), flowTo("udp", "10.0.0.7"));
  assert.equal(await way(account, request("sip:x@10.0.0.7")), "udp 10.0.0.7");
});

Deno.test("sips: is refused, not sent in the clear, where the account does not encrypt", async () => {
  for (const transport of ["udp", "tcp", "ws"] as const) {
    const { routing } = await onAccount(flowTo(transport, "203.0.113.1"));
    await assert.rejects(
      async () => await routing.flowFor(request("sips:x@pbx.example", { tag: false })),
      ({ code, message }: OffhookError) =>
        code === "tls-failed" && message.includes(transport.toUpperCase()),
    );
  }
  const { routing, own } = await onAccount(flowTo("tls", "203.0.113.1"));
  assert.equal(await routing.flowFor(request("sips:x@pbx.example", { tag: false })), own);
});

Deno.test("a direct call over TLS stays in TLS when the Contact does not say so", async () => {
  const secure = flowTo("tls", "203.0.113.7");
  const call = bench(secure, undefined, secure);
  assert.equal(await way(call, request("sip:x@203.0.113.7")), "own");
  assert.equal(await way(call, request("sip:x@203.0.113.7:5061;transport=tls")), "tls 203.0.113.7");
  const closed = flowTo("tls", "203.0.113.7", false);
  const { routing, opened } = bench(closed, undefined, closed);
  await assert.rejects(async () => await routing.flowFor(request("sip:x@203.0.113.7")));
  assert.deepEqual(opened, []);
});

Deno.test("where TLS fails, sips: does not fall back on the dialog's flow in the clear", async () => {
  const dialogs = new DialogFlows();
  const clear = flowTo("udp", "203.0.113.7");
  dialogs.sent(request("sip:b@h", { tag: false }), clear);
  const routes = new Map<string, BaseFlow>();
  const routing = new Routing({
    dialogs,
    account: undefined,
    locate: () => Promise.reject(new Error("no TLS there")),
    open: () => Promise.reject(new Error("unused")),
    routes,
  });
  await assert.rejects(async () => await routing.flowFor(request("sips:x@203.0.113.7")));
  assert.equal(await routing.flowFor(request("sip:x@203.0.113.7")), clear);
  routes.set("203.0.113.7", clear);
  await assert.rejects(async () => await routing.flowFor(request("sips:x@203.0.113.7")));
});

Deno.test("a place of the route table is reached by its flow for as long as that is open", async () => {
  const began = flowTo("udp", "192.0.2.1");
  let isOpen = true;
  const way = {
    ...flowTo("ws", "198.51.100.9"),
    get isOpen() {
      return isOpen;
    },
  } as BaseFlow;
  const { routing, opened } = bench(
    began,
    undefined,
    began,
    new Map([["phone.invalid:5070", way]]),
  );
  const outside = (uri: string) =>
    routing.flowFor({ ...request(uri, { tag: false }), callId: "new" });
  assert.equal(await outside("sip:a@Phone.invalid:5070"), way);
  await outside("sip:a@phone.invalid");
  isOpen = false;
  await outside("sip:a@phone.invalid:5070");
  assert.equal(opened.length, 2);
});
