/** The copy of the phone's state that is drawn: kept by events, bounded, mended by snapshots. */
import { PLAIN_SPEECH } from "../../../src/core/media/speech.ts";
import assert from "node:assert/strict";
import type { Sequenced } from "../../../src/control/contract/phone.ts";
import type { CallRecord } from "../../../src/core/state/call_view.ts";
import {
  frontCall,
  NO_PHONE,
  type PhoneModel,
  ringingCall,
  SAMPLES,
  takeNews,
} from "../../../src/tui/model/phone_model.ts";
import { call, NOW, report, ringing } from "./stage.ts";

const SNAPSHOT = {
  accounts: [{
    id: "work",
    uri: "sip:alice@example.test",
    registration: { state: "none" } as const,
    connected: false,
  }],
  calls: [],
  doNotDisturb: false,
  volume: 0,
  speech: PLAIN_SPEECH,
};

function attached(): PhoneModel {
  return takeNews(NO_PHONE, { type: "attached", snapshot: SNAPSHOT, seq: 0, at: NOW });
}

let seq = 0;
function event(model: PhoneModel, one: Record<string, unknown>, at = NOW): PhoneModel {
  seq++;
  return takeNews(model, { type: "event", event: { ...one, seq, at } as unknown as Sequenced });
}

function record(id: string): CallRecord {
  return {
    id,
    direction: "outgoing",
    account: "work",
    remote: { uri: "sip:bob@example.test" },
    outcome: "busy",
    sipStatus: 486,
    reason: "Busy Here",
    endedBy: "remote",
    startedAt: NOW,
    endedAt: NOW,
  };
}

Deno.test("a call comes, changes and goes as the events say", () => {
  let model = event(attached(), { type: "call.dialling", call: call({ state: "dialling" }) });
  assert.equal(frontCall(model)?.view.state, "dialling");
  model = event(model, { type: "call.answered", call: call() });
  model = event(model, { type: "call.digit", call: call(), detail: { digit: "5" } });
  assert.equal(frontCall(model)?.digitsReceived, "5");
  model = event(model, { type: "call.ended", record: record("c1") });
  assert.equal(frontCall(model), undefined);
  assert.equal(model.ended[0]?.record.outcome, "busy");
});

Deno.test("an event that a snapshot already holds changes nothing", () => {
  const model = takeNews(NO_PHONE, { type: "attached", snapshot: SNAPSHOT, seq: 1e9, at: NOW });
  assert.equal(event(model, { type: "do-not-disturb", on: true }), model);
});

Deno.test("accounts come and go, and what is known of those that stay is kept", () => {
  const registration = { state: "registered", expires: 60 };
  let model = event(attached(), { type: "registration", account: "work", registration });
  const since = model.accounts[0]?.changedAt;
  const [work] = SNAPSHOT.accounts;
  const accounts = [{ ...work, registration }, { ...work, id: "home" }];
  model = event(model, { type: "accounts", accounts });
  assert.deepEqual(model.accounts.map(({ id }) => id), ["work", "home"]);
  assert.equal(model.accounts[0]?.changedAt, since);
  assert.equal(event(model, { type: "accounts", accounts: [] }).accounts.length, 0);
});

Deno.test("a failed registration knows when it is tried again", () => {
  const error = { code: "unreachable", message: "no answer" };
  const failed = { state: "failed", status: 0, error, retryInMs: 30_000 };
  let model = event(attached(), { type: "registration", account: "work", registration: failed });
  assert.equal(model.accounts[0]?.retryAt, NOW + 30_000);
  const registered = { state: "registered", expires: 60 };
  model = event(model, { type: "registration", account: "work", registration: registered });
  assert.equal(model.accounts[0]?.retryAt, undefined);
});

Deno.test("keys mean the active call, then the one that rings", () => {
  const held = call({ id: "h", state: "held", hold: { local: true, remote: false } });
  const snapshot = { ...SNAPSHOT, calls: [held, call(), ringing()] };
  const model = takeNews(NO_PHONE, { type: "attached", snapshot, seq: 0, at: NOW });
  assert.equal(frontCall(model)?.view.id, "c1");
  assert.equal(ringingCall(model)?.view.id, "c2");
});

Deno.test("a lost station keeps what is on screen until it is back", () => {
  let model = event(attached(), { type: "call.answered", call: call() });
  const error = { code: "no-station", message: "gone" } as const;
  model = takeNews(model, { type: "lost", error, at: NOW });
  assert.deepEqual([model.link.state, model.calls.length], ["lost", 1]);
  model = takeNews(model, { type: "attached", snapshot: SNAPSHOT, seq: 0, at: NOW });
  assert.deepEqual([model.link.state, model.calls.length], ["up", 0]);
});

Deno.test("a day of events does not make it grow", () => {
  let model = event(attached(), { type: "call.answered", call: call() });
  for (let second = 0; second < 5_000; second++) {
    const reported = call({ report: report({ received: 50 * second }) });
    model = event(model, { type: "call.media", call: reported }, NOW + second * 1000);
    model = event(model, { type: "notice", text: `line ${second}` });
    model = event(model, { type: "call.ended", record: record(`x${second}`) });
  }
  assert.equal(model.calls[0]?.samples.length, SAMPLES);
  assert.ok(model.log.length <= 500 && model.ended.length <= 20);
  assert.ok(JSON.stringify(model).length < 600_000);
});

Deno.test("reports ten times a second still make one sample a second", () => {
  let model = event(attached(), { type: "call.answered", call: call() });
  for (let tenth = 0; tenth < 50; tenth++) {
    const reported = call({ report: report({ received: 5 * tenth }) });
    model = event(model, { type: "call.media", call: reported }, NOW + tenth * 100);
  }
  const samples = model.calls[0]!.samples;
  assert.ok(samples.length >= 4 && samples.length <= 7, `${samples.length} samples`);
});
