/** Whatever bytes come, nothing is thrown, and SIP.js sees only what it can take. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { TransportName } from "../../../../src/core/account/account.ts";
import { answer } from "../../../../src/sip/message/answer.ts";
import { scanText } from "../../../../src/sip/message/scan.ts";
import type { SipMessage } from "../../../../src/sip/message/sip_message.ts";
import { ClientTransactions } from "../../../../src/sip/transport/transaction/client.ts";
import { DialogFlows } from "../../../../src/sip/transport/routing/dialog_flows.ts";
import { BaseFlow, type FlowOwner } from "../../../../src/sip/transport/flow/flow.ts";
import { Inbound } from "../../../../src/sip/transport/inbound.ts";
import { ServerTransactions } from "../../../../src/sip/transport/transaction/server.ts";
import type { LayerEvent } from "../../../../src/sip/transport/flow/types.ts";
import { rawRequest } from "../../../fakes/raw_user_agent.ts";
import { hostNetwork } from "../../../../src/sip/transport/flow/local_address.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

class MemoryFlow extends BaseFlow {
  readonly local = { host: "192.0.2.7", port: 5060 };
  readonly remote = { host: "192.0.2.1", port: 5070 };
  readonly sent: string[] = [];
  constructor(owner: FlowOwner, readonly transport: TransportName = "tcp") {
    super(owner, true);
  }
  protected transmit(text: string): Promise<void> {
    this.sent.push(text);
    return Promise.resolve();
  }
  protected release(): void {}
}

function rig() {
  const clock = new VirtualClock();
  const owner: FlowOwner = {
    clock,
    random: () => 0,
    keepaliveMs: 0,
    host: hostNetwork,
    received: () => {},
    sending: () => {},
    leaving: () => {},
    moved: () => {},
    closed: () => {},
  };
  const flow = new MemoryFlow(owner);
  const delivered: SipMessage[] = [];
  const responses: string[] = [];
  const events: LayerEvent[] = [];
  const client = new ClientTransactions<BaseFlow>({ clock, onUnanswered: () => {} });
  const inbound = new Inbound({
    client,
    server: new ServerTransactions<BaseFlow>(clock),
    dialogs: new DialogFlows(),
    refused: () => false,
    onRequest: (request) => request.method === "OPTIONS" ? answer(request, 200) : undefined,
    heeds: () => true,
    trace: () => {},
    emit: (event) => events.push(event),
    deliver: (message) => delivered.push(message),
    respond: (text) => responses.push(text),
  });
  const receive = (text: string) => inbound.receive(flow, new TextEncoder().encode(text));
  return { inbound, flow, client, delivered, responses, events, receive };
}

Deno.test("the hook answers before SIP.js sees a request, and an ACK never", () => {
  const { receive, delivered, responses } = rig();
  receive(rawRequest({ method: "OPTIONS", uri: "sip:anybody@h" }));
  assert.match(responses[0], /^SIP\/2\.0 200 OK\r\nVia: .*;received=192\.0\.2\.1;rport=5070\r\n/);
  assert.equal(delivered.length, 0);
  receive(rawRequest({ method: "ACK", uri: "sip:b@h" }));
  receive(rawRequest({ method: "MESSAGE", uri: "sip:b@h" }));
  assert.deepEqual(delivered.map((message) => message.method), ["ACK", "MESSAGE"]);
});

Deno.test("a response to nothing of ours is dropped", () => {
  const { receive, delivered, events } = rig();
  receive(rawRequest({ method: "INVITE", uri: "sip:b@h" }).replace(/^.*/, "SIP/2.0 200 OK"));
  assert.equal(delivered.length, 0);
  assert.equal(events[0].type, "message-rejected");
});

Deno.test("no damage to any message makes the layer throw or answer a response", () => {
  const seeds = ["INVITE", "ACK", "CANCEL", "BYE"].map((method) =>
    rawRequest({ method, uri: "sip:b@h", branch: "z9hG4bKseed", body: "v=0\r\n" })
  );
  seeds.push(seeds[0].replace(/^.*/, "SIP/2.0 180 Ringing"));
  const damage = fc.record({
    seed: fc.constantFrom(...seeds),
    at: fc.nat(),
    remove: fc.nat(20),
    insert: fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom("\r\n", '"', "<", ";", ",", "\0"),
    ),
  });
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 6 }), (all) => {
      const { receive, client, flow, delivered } = rig();
      const request = scanText(seeds[0]);
      assert(request.ok);
      client.start("z9hG4bKseed", request.message, seeds[0], flow);
      for (const { seed, at, remove, insert } of all) {
        const start = at % seed.length;
        receive(seed.slice(0, start) + insert + seed.slice(start + remove));
      }
      for (const message of delivered) {
        const again = scanText(message.text);
        assert(again.ok, again.ok ? "" : again.fault.reason);
      }
      for (const text of flow.sent) assert.match(text, /^SIP\/2\.0 (400|416|505) /);
    }),
    { numRuns: 500 },
  );
});

Deno.test("random bytes never get through", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    const { inbound, flow, delivered } = rig();
    inbound.receive(flow, bytes);
    assert.deepEqual([delivered, flow.sent], [[], []]);
  }));
});
