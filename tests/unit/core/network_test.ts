/** Another network: accounts follow, and calls whose peer knows an old address are offered again. */
import assert from "node:assert/strict";
import { accountViews } from "../../../src/core/account/account_view.ts";
import type { Input } from "../../../src/core/state/state.ts";
import { Scene, theirs } from "./scene.ts";

const MOVED: Input = { type: "CallAddressChanged", call: "a" };

function refused(status: number): Input {
  return { type: "OfferRejected", call: "a", status, reason: "Reason" };
}

Deno.test("a change of the network and a sleep have every account follow", () => {
  const scene = new Scene();
  assert.deepEqual(scene.play({ type: "NetworkChanged" }).effects, [
    { type: "FollowNetwork", account: "desk", slept: false },
  ]);
  assert.deepEqual(scene.events, []);
  assert.deepEqual(scene.play({ type: "MachineSlept", ms: 8 * 3_600_000 }).effects, [
    { type: "FollowNetwork", account: "desk", slept: true },
  ]);
  assert.deepEqual(scene.events, [
    { type: "notice", text: "this machine slept for 8 h: the servers hear from us anew" },
  ]);
});

Deno.test("an account's address is told when it is another one, not when it begins", () => {
  const scene = new Scene();
  const at = (address: string): Input => ({ type: "AddressChanged", account: "desk", address });
  assert.deepEqual(scene.play(at("192.0.2.7")).events, []);
  assert.deepEqual(scene.play(at("198.51.100.4")).events, [
    { type: "address", account: "desk", address: "198.51.100.4", before: "192.0.2.7" },
  ]);
  assert.equal(scene.state.accounts.get("desk")!.address, "198.51.100.4");
});

Deno.test("an account's further flows are told, and shown while there are any", () => {
  const flows = [{ transport: "tls" as const, server: "192.0.2.9:5061" }];
  const scene = new Scene().play({ type: "FlowsChanged", account: "desk", flows });
  assert.deepEqual(scene.events, [{ type: "flows", account: "desk", flows }]);
  const shown = () => accountViews(scene.state.accounts).find(({ id }) => id === "desk")!.flows;
  assert.deepEqual(shown(), flows);
  scene.play({ type: "FlowsChanged", account: "desk", flows: [] });
  assert.equal(shown(), undefined);
});

Deno.test("a call that is on is offered again, once for each move", () => {
  const answer: Input = { type: "OfferAccepted", call: "a", description: theirs() };
  const scene = new Scene().talking().play(MOVED);
  assert.equal(scene.effect("SendReinvite").offer!.direction, "sendrecv");
  assert.ok(!scene.play(answer).asked("SendReinvite"));
  assert.ok(scene.play(MOVED).asked("SendReinvite"), "a further address");
  assert.ok(!scene.play(MOVED).asked("SendReinvite"), "one more, while that offer is under way");
  assert.ok(scene.play(answer).asked("SendReinvite"));
  assert.ok(!scene.play(answer).asked("SendReinvite"));
  const holding = new Scene().talking().play({ type: "Hold", call: "a" }, MOVED);
  assert.ok(holding.play(answer).asked("SendReinvite"), "the hold went out before the move");
});

Deno.test("a held call stays held, and a hold that waited goes out with the address", () => {
  const held = new Scene().talking().play({ type: "Hold", call: "a" }, {
    type: "OfferAccepted",
    call: "a",
    description: theirs({ direction: "recvonly" }),
  }).play(MOVED);
  assert.equal(held.effect("SendReinvite").offer!.direction, "sendonly");
  const busy = new Scene().talking().play(MOVED).play({ type: "Hold", call: "a" });
  assert.ok(!busy.asked("SendReinvite"));
  busy.play({ type: "OfferAccepted", call: "a", description: theirs() });
  assert.equal(busy.effect("SendReinvite").offer!.direction, "sendonly");
});

Deno.test("after 491 and where the network is not there yet it is offered again, five times at most", () => {
  const scene = new Scene().talking().play(MOVED);
  const fire: Input = { type: "TimerFired", subject: "call", timer: "glare", call: "a" };
  for (let round = 0; round < 5; round++) {
    scene.play(refused(round % 2 === 0 ? 503 : 408));
    assert.equal(scene.effect("StartTimer").ms, 2_000);
    assert.ok(scene.play(fire).asked("SendReinvite"));
  }
  scene.play(refused(503));
  assert.deepEqual(scene.effects, []);
  assert.match(JSON.stringify(scene.events), /did not take our new address \(503 Reason\)/);
  assert.equal(scene.phase("a"), "established");
  const glare = new Scene().talking().play(MOVED).play(refused(491));
  assert.ok(glare.play(fire).asked("SendReinvite"));
});

Deno.test("a peer that refuses the offer is told of, and no hold is taken back", () => {
  const scene = new Scene().talking().play(MOVED).play(refused(488));
  assert.deepEqual(scene.events.map(({ type }) => type), ["notice"]);
  assert.ok(!scene.play({ type: "Hold", call: "a" }).asked("StartTimer"));
  assert.ok(scene.asked("SendReinvite"), "the call goes on as any other");
});

Deno.test("a call that only rings, or that is over, is not offered", () => {
  for (const scene of [new Scene().dialled(), new Scene().ringing()]) {
    assert.deepEqual(scene.play(MOVED).effects, []);
  }
  assert.equal(new Scene().play(MOVED).events[0]!.type, "notice");
});
