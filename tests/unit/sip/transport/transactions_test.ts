/** Retransmission and absorption (RFC 3261 §17). */
import assert from "node:assert/strict";
import { scanText } from "../../../../src/sip/message/scan.ts";
import type { SipMessage } from "../../../../src/sip/message/sip_message.ts";
import { ClientTransactions } from "../../../../src/sip/transport/transaction/client.ts";
import { SERVER_TRANSACTIONS } from "../../../../src/sip/limits/bounds.ts";
import type { TransactionFlow } from "../../../../src/sip/transport/flow/types.ts";
import { ServerTransactions } from "../../../../src/sip/transport/transaction/server.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

class RecordingFlow implements TransactionFlow {
  /** Milliseconds since the start of each thing that was sent again. */
  readonly times: number[] = [];
  readonly texts: string[] = [];
  readonly #start: number;
  constructor(readonly clock: VirtualClock, readonly reliable = false) {
    this.#start = clock.now();
  }
  resend(text: string): void {
    this.times.push(this.clock.now() - this.#start);
    this.texts.push(text);
  }
}

function message(start: string, method: string, branch = "z9hG4bKabc"): SipMessage {
  const scan = scanText(
    `${start}\r\nVia: SIP/2.0/UDP x.invalid;branch=${branch}\r\nFrom: <sip:a@h>;tag=1\r\n` +
      `To: <sip:b@h>\r\nCall-ID: c1\r\nCSeq: 1 ${method}\r\n\r\n`,
  );
  assert(scan.ok);
  return scan.message;
}
const request = (method: string, branch?: string) =>
  message(`${method} sip:b@h SIP/2.0`, method, branch);
const response = (status: number, method: string) => message(`SIP/2.0 ${status} X`, method);

function clientSide(reliable = false) {
  const clock = new VirtualClock();
  const flow = new RecordingFlow(clock, reliable);
  const unanswered: string[] = [];
  const client = new ClientTransactions<RecordingFlow>({
    clock,
    onUnanswered: (transaction) => unanswered.push(transaction.method),
  });
  const start = (method: string) => client.start("z9hG4bKabc", request(method), "wire", flow);
  return { clock, flow, client, unanswered, start };
}

Deno.test("INVITE is resent by Timer A, doubling, until Timer B", () => {
  const { clock, flow, client, unanswered, start } = clientSide();
  start("INVITE");
  clock.advance(60_000);
  assert.deepEqual(flow.times, [500, 1500, 3500, 7500, 15_500, 31_500]);
  assert.deepEqual(unanswered, ["INVITE"]);
  assert.equal(client.size, 0);
  assert.equal(clock.pending, 0);
});

Deno.test("other requests are resent by Timer E, at most every 4 s, until Timer F", () => {
  const { clock, flow, unanswered, start } = clientSide();
  start("OPTIONS");
  clock.advance(60_000);
  assert.deepEqual(
    flow.times,
    [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500],
  );
  assert.deepEqual(unanswered, ["OPTIONS"]);
});

Deno.test("a provisional response ends Timer A, and sets E to 4 s", () => {
  const invite = clientSide();
  invite.start("INVITE");
  invite.clock.advance(600);
  assert.equal(invite.client.receive("z9hG4bKabc", "INVITE", 180), "deliver");
  invite.clock.advance(20 * 60_000);
  assert.deepEqual(invite.flow.times, [500]);
  assert.equal(invite.client.receive("z9hG4bKabc", "INVITE", 200), "deliver", "it still rings");

  const options = clientSide();
  options.start("OPTIONS");
  options.clock.advance(600);
  options.client.receive("z9hG4bKabc", "OPTIONS", 100);
  options.clock.advance(10_000);
  assert.deepEqual(options.flow.times, [500, 1500, 5500, 9500]);
});

Deno.test("on reliable flows nothing is resent, and silence is told", () => {
  const { clock, flow, client, unanswered, start } = clientSide(true);
  start("INVITE");
  clock.advance(40_000);
  assert.deepEqual([flow.times, unanswered, client.size], [[], ["INVITE"], 0]);
});

Deno.test("a final response ends resending; its repetitions are absorbed for Timer K", () => {
  const { clock, flow, client, start } = clientSide();
  start("MESSAGE");
  assert.equal(client.receive("z9hG4bKabc", "MESSAGE", 200), "deliver");
  assert.equal(client.receive("z9hG4bKabc", "MESSAGE", 200), "absorb");
  clock.advance(5001);
  assert.equal(client.receive("z9hG4bKabc", "MESSAGE", 200), "stray");
  assert.deepEqual(flow.times, []);
});

Deno.test("a repeated 486 gets our ACK again, a repeated 200 goes to SIP.js", () => {
  const { client, flow, start } = clientSide();
  const transaction = start("INVITE");
  assert.equal(client.receive("z9hG4bKabc", "INVITE", 486), "deliver");
  client.acknowledged(transaction, "the ACK");
  assert.equal(client.receive("z9hG4bKabc", "INVITE", 486), "absorb");
  assert.deepEqual(flow.texts, ["the ACK"]);
  assert.equal(client.receive("z9hG4bKabc", "INVITE", 180), "absorb", "too late for that");

  const accepted = clientSide();
  accepted.start("INVITE");
  assert.equal(accepted.client.receive("z9hG4bKabc", "INVITE", 200), "deliver");
  assert.equal(accepted.client.receive("z9hG4bKabc", "INVITE", 200), "deliver");
});

Deno.test("responses match by branch and method", () => {
  const { client, start } = clientSide();
  start("INVITE");
  assert.equal(client.receive("z9hG4bKabc", "CANCEL", 200), "stray");
  assert.equal(client.receive("z9hG4bKother", "INVITE", 200), "stray");
});

Deno.test("a closed flow leaves its unfinished requests with a 503 of our own", () => {
  const { client, clock, flow, start } = clientSide(true);
  start("INVITE");
  const done = client.start("z9hG4bKd", request("OPTIONS", "z9hG4bKd"), "wire", flow);
  client.receive("z9hG4bKd", "OPTIONS", 200);
  assert.deepEqual(client.abandon(flow).map((each) => each.method), ["INVITE"]);
  assert.equal(done.isLocal, false);
  assert.equal(client.findWritten("z9hG4bKabc", "INVITE")?.isLocal, true);
  assert.deepEqual(client.abandon(flow), []);
  clock.advance(33_000);
  assert.equal(client.size, 0);
});

Deno.test("a request sent a second way is found by both branches", () => {
  const { client, flow } = clientSide();
  client.start("z9hG4bKwire", request("INVITE"), "wire", flow);
  assert.equal(client.findWritten("z9hG4bKabc", "INVITE")?.branch, "z9hG4bKwire");
  assert.equal(client.receive("z9hG4bKwire", "INVITE", 180), "deliver");
  assert.equal(client.receive("z9hG4bKabc", "INVITE", 180), "stray");
  client.close();
  assert.equal(client.findWritten("z9hG4bKabc", "INVITE"), undefined);
});

function serverSide(reliable = false, count = 20_000) {
  const clock = new VirtualClock();
  const flow = new RecordingFlow(clock, reliable);
  const server = new ServerTransactions<RecordingFlow>(clock, {
    limits: { ...SERVER_TRANSACTIONS, count },
  });
  const respond = (status: number, method: string) => {
    const transaction = server.find(response(status, method));
    assert(transaction !== undefined);
    server.respond(transaction, status, `${status}`);
    return transaction;
  };
  return { clock, flow, server, respond };
}

Deno.test("a 486 is resent by Timer G until its ACK, which goes up once", () => {
  const { clock, flow, server, respond } = serverSide();
  assert.equal(server.receive(request("INVITE"), flow), "deliver");
  respond(486, "INVITE");
  clock.advance(8000);
  assert.deepEqual(flow.times, [500, 1500, 3500, 7500]);
  assert.equal(server.receive(request("ACK"), flow), "deliver");
  assert.equal(server.receive(request("ACK"), flow), "absorb");
  clock.advance(3000);
  assert.equal(flow.times.length, 4);
  assert.equal(server.receive(request("INVITE"), flow), "absorb", "confirmed: answered already");
  clock.advance(3000);
  assert.equal(server.size, 0, "Timer I");
});

Deno.test("without an ACK, Timer H ends it", () => {
  const { clock, flow, server, respond } = serverSide();
  server.receive(request("INVITE"), flow);
  respond(603, "INVITE");
  clock.advance(60_000);
  assert.deepEqual(
    flow.times,
    [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500],
  );
  assert.deepEqual([server.size, clock.pending], [0, 0]);
});

Deno.test("a repeated request gets the last response, and never goes up again", () => {
  const { flow, server, respond } = serverSide();
  server.receive(request("INVITE"), flow);
  assert.equal(server.receive(request("INVITE"), flow), "absorb");
  assert.deepEqual(flow.texts, [], "nothing to send yet");
  respond(100, "INVITE");
  respond(180, "INVITE");
  assert.equal(server.receive(request("INVITE"), flow), "absorb");
  assert.deepEqual(flow.texts, ["180"]);
  respond(200, "INVITE");
  assert.equal(server.receive(request("INVITE"), flow), "absorb");
  assert.deepEqual(flow.texts, ["180"], "SIP.js resends its 2xx itself");
  assert.equal(server.receive(request("ACK"), flow), "deliver");

  assert.equal(server.receive(request("MESSAGE"), flow), "deliver");
  respond(200, "MESSAGE");
  assert.equal(server.receive(request("MESSAGE"), flow), "absorb");
  assert.deepEqual(flow.texts, ["180", "200"]);
});

Deno.test("on reliable flows a 486 is sent once", () => {
  const { clock, flow, server, respond } = serverSide(true);
  server.receive(request("INVITE"), flow);
  respond(486, "INVITE");
  clock.advance(60_000);
  assert.deepEqual(flow.times, []);
});

Deno.test("requests of RFC 2543 peers are told apart without a branch", () => {
  const { flow, server } = serverSide();
  assert.equal(server.receive(request("INVITE", "1"), flow), "deliver");
  assert.equal(server.receive(request("INVITE", "1"), flow), "absorb");
  assert.equal(server.receive(request("BYE", "1"), flow), "deliver");
});

Deno.test("a flood of requests forgets the oldest", () => {
  const { clock, flow, server } = serverSide(false, 100);
  for (let index = 0; index < 1000; index++) {
    server.receive(request("OPTIONS", `z9hG4bK${index}`), flow);
  }
  assert.equal(server.size, 100);
  assert.equal(clock.pending, 100);
  assert.equal(server.flowOf("z9hG4bK999", "OPTIONS"), flow);
  assert.equal(server.flowOf("z9hG4bK1", "OPTIONS"), undefined);
});

/** Requests of one source, answered at once. */
function floodedSide(limits: { bytesPerSource: number; bytesInAll: number }) {
  const clock = new VirtualClock();
  const evicted: string[] = [];
  const server = new ServerTransactions<RecordingFlow>(clock, {
    limits: { ...limits, count: 20_000 },
    onEvicted: ({ id }) => evicted.push(id),
  });
  const flows = new Map<string, RecordingFlow>();
  const flowOf = (host: string) => {
    const flow = flows.get(host) ?? Object.assign(new RecordingFlow(clock), { remote: { host } });
    flows.set(host, flow);
    return flow;
  };
  const answer = (host: string, method: string, branch: string, size: number) => {
    const asked = request(method, branch);
    server.receive({ ...asked, text: asked.text + "x".repeat(size) }, flowOf(host));
    const transaction = server.find(asked)!;
    server.respond(transaction, 200, "y".repeat(size));
    return transaction;
  };
  return { clock, server, evicted, flowOf, answer };
}

Deno.test("finished requests of a source make way when they are too many bytes, the oldest first", () => {
  const limits = { bytesPerSource: 100_000, bytesInAll: 1_000_000 };
  const { server, answer, evicted } = floodedSide(limits);
  answer("192.0.2.1", "OPTIONS", "z9hG4bKother", 10_000);
  for (let index = 0; index < 200; index++) {
    answer("192.0.2.66", "OPTIONS", `z9hG4bK${index}`, 10_000);
  }
  assert.ok(server.bytes <= 100_000 + 20_200, `${server.bytes}`);
  assert.match(evicted[0], /^z9hG4bK0 /);
  assert.ok(
    !evicted.some((id) => id.startsWith("z9hG4bKother")),
    "another source is not concerned",
  );
});

Deno.test("many sources together hold no more than all may", () => {
  const { clock, server, answer } = floodedSide({ bytesPerSource: 100_000, bytesInAll: 300_000 });
  for (let index = 0; index < 1_000; index++) {
    answer(`192.0.2.${index % 250}`, "OPTIONS", `z9hG4bK${index}`, 5_000);
    assert.ok(server.bytes <= 300_000, `${server.bytes}`);
  }
  clock.advance(60_000);
  assert.deepEqual([server.size, server.bytes, clock.pending], [0, 0, 0]);
});

Deno.test("what is not answered yet is not forgotten for a flood", () => {
  const { server, answer, flowOf } = floodedSide({ bytesPerSource: 50_000, bytesInAll: 50_000 });
  server.receive(request("INVITE", "z9hG4bKrings"), flowOf("192.0.2.66"));
  for (let index = 0; index < 100; index++) {
    answer("192.0.2.66", "OPTIONS", `z9hG4bK${index}`, 20_000);
  }
  assert.notEqual(server.find(request("INVITE", "z9hG4bKrings")), undefined);
});
