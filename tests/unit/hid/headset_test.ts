/** The headset model: requests told from acknowledgements, late and crossing. */
import assert from "node:assert/strict";
import { IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";
import type { Behaviour } from "../../../src/hid/behaviour.ts";
import { HeadsetBench } from "../../fakes/hid/headset_bench.ts";
import { HID_LAYOUTS, layout } from "../../fixtures/hid_layouts.ts";

const ONE_REPORT = 1, MANY_REPORTS = 2, TOGGLING = 5, WEBCAM = 6;

/** An opened headset whose opening is done and forgotten. */
function bench(productId: number, behaviour: Partial<Behaviour> = {}): HeadsetBench {
  const bench = new HeadsetBench(layout(productId), behaviour).open();
  bench.take();
  return bench;
}

/** In a call that the person answered on the headset, acknowledged and settled. */
function inCall(productId: number, behaviour: Partial<Behaviour> = {}): HeadsetBench {
  const headset = bench(productId, behaviour).do({ ring: true }).send("hookOff").wait(3000);
  assert.equal(headset.phone.state.offHook, true);
  headset.take();
  return headset;
}

for (const each of HID_LAYOUTS.filter(({ reports }) => reports.hookOff !== undefined)) {
  const { lamps } = each;

  Deno.test(`${each.name}: open writes idle, then the phone's state when nothing comes`, () => {
    const headset = new HeadsetBench(each);
    headset.phone.set({ ring: true });
    headset.headset.show(headset.phone.state, headset.now);
    headset.open();
    const { writes } = headset.take();
    const idle = new Set(Object.values(lamps).map((report) => report[0])).size;
    assert.ok(writes.slice(0, idle).every((report) => report.slice(1).every((byte) => byte === 0)));
    assert.deepEqual(writes.slice(idle), [lamps.ring]);
  });

  Deno.test(`${each.name}: ring, press to answer, press to hang up`, () => {
    const headset = bench(each.productId).do({ ring: true });
    assert.deepEqual(headset.take().writes, [lamps.ring]);
    headset.send("hookOff");
    assert.deepEqual(headset.take().intents, ["hookOff"]);
    assert.ok(headset.shows({ ...IDLE_HEADSET, offHook: true }));
    headset.wait(5000).send("hookOff").wait(5000);
    assert.deepEqual(headset.take(), { writes: [], intents: [], notices: [] }, "a repetition");
    if (each.productId === TOGGLING) headset.send("release");
    headset.send("hookOn");
    assert.deepEqual(headset.take().intents, ["hookOn"]);
    assert.ok(headset.wait(5000).shows(IDLE_HEADSET));
  });

  Deno.test(`${each.name}: the app answers and hangs up, both acknowledged`, () => {
    const headset = bench(each.productId).do({ ring: true });
    headset.do(headset.phone.answer).wait(60).send("hookOff");
    if (each.productId === TOGGLING) headset.send("release");
    headset.wait(3000).do(headset.phone.hangUp).wait(60).send("hookOn").wait(3000);
    const { intents, writes } = headset.take();
    assert.deepEqual(intents, []);
    assert.deepEqual(writes.at(-1)?.slice(1).every((byte) => byte === 0), true);
    assert.ok(headset.shows(IDLE_HEADSET));
  });

  Deno.test(`${each.name}: close turns every lamp off`, () => {
    const headset = inCall(each.productId).do({ mute: true });
    assert.ok(headset.close().shows(IDLE_HEADSET));
    assert.equal(headset.headset.wakeAt, undefined);
    headset.take();
    headset.send("hookOn").do({ offHook: true }).wait(5000);
    assert.deepEqual(headset.take(), { writes: [], intents: [], notices: [] });
  });
}

Deno.test("acknowledgements that come after the next command belong to the one before", () => {
  const headset = inCall(ONE_REPORT);
  headset.do(headset.phone.hangUp).wait(20).do({ ring: true }).do(headset.phone.answer);
  headset.wait(50).send("hookOn").wait(50).send("hookOff").wait(3000);
  assert.deepEqual(headset.take().intents, []);
  assert.equal(headset.phone.state.offHook, true);
});

Deno.test("an acknowledgement later than its time agrees with the phone and does nothing", () => {
  const headset = bench(ONE_REPORT).do({ offHook: true }).wait(10_000).send("hookOff");
  assert.deepEqual(headset.take().intents, []);
  headset.send("hookOn");
  assert.deepEqual(headset.take().intents, ["hookOn"]);
});

Deno.test("hang-up presses that cross ours do no more than ours", () => {
  const headset = inCall(ONE_REPORT);
  headset.do(headset.phone.hangUp).send("hookOn").wait(5000);
  assert.deepEqual(headset.take().intents, []);
});

Deno.test("a lift that the phone does not follow is taken back on the headset", () => {
  const headset = bench(ONE_REPORT).send("hookOff");
  assert.deepEqual(headset.take(), { writes: [], intents: ["hookOff"], notices: [] });
  headset.wait(1000);
  assert.deepEqual(headset.take().writes, [[2, 0, 0]]);
  headset.wait(50).send("hookOn").wait(5000);
  assert.deepEqual(headset.take(), { writes: [], intents: [], notices: [] });
});

Deno.test("a toggling hook whose lift is not followed asks for the same again", () => {
  const press = ["hookOff", "release"] as const;
  const headset = bench(TOGGLING).send(...press).wait(1000);
  assert.deepEqual(headset.take(), { writes: [[0xfe, 0]], intents: ["hookOff"], notices: [] });
  headset.wait(50).send(...press);
  assert.deepEqual(headset.take().intents, [], "it confirms that it was taken back");
  headset.wait(5000).send(...press);
  assert.deepEqual(headset.take().intents, ["hookOff"]);
  headset.wait(3500).send(...press);
  assert.deepEqual(headset.take().intents, ["hookOff"], "this one confirmed nothing");
});

Deno.test("reject: button 7, Drop, and on-hook while it rings; never without a ring", () => {
  for (const productId of [ONE_REPORT, MANY_REPORTS, 3]) {
    const headset = bench(productId).send("reject", "hookOn");
    assert.deepEqual(headset.take().intents, []);
    headset.do({ ring: true }).send("reject");
    assert.deepEqual(headset.take().intents, ["reject"]);
    assert.ok(headset.shows(IDLE_HEADSET));
  }
  const lifted = bench(ONE_REPORT).send("hookOff").wait(5000).do({ ring: true });
  lifted.take();
  assert.deepEqual(lifted.send("hookOn").take().intents, ["reject"]);
});

Deno.test("putting a mechanical handset down while it rings declines nothing", () => {
  const headset = bench(ONE_REPORT, { mechanicalHook: true });
  headset.send("hookOff").wait(5000).do({ ring: true }).take();
  assert.deepEqual(headset.send("hookOn").take().intents, []);
  assert.deepEqual(headset.send("hookOff").take().intents, ["hookOff"]);
});

Deno.test("mute: a press toggles, its release is nothing, the lamp echoes", () => {
  const headset = inCall(MANY_REPORTS).send("mute", "release");
  assert.deepEqual(headset.take(), { writes: [[9, 1]], intents: ["toggleMute"], notices: [] });
  headset.wait(5000);
  assert.deepEqual(headset.take().writes, [], "the echo came with the state");
  headset.send("mute", "release").wait(5000);
  assert.deepEqual(headset.take(), { writes: [[9, 0]], intents: ["toggleMute"], notices: [] });
});

Deno.test("mute: where the phone does not follow, the lamp is echoed all the same", () => {
  const headset = inCall(MANY_REPORTS);
  headset.phone.follows = false;
  headset.send("mute", "release").wait(300);
  assert.deepEqual(headset.take(), { writes: [[9, 0]], intents: ["toggleMute"], notices: [] });
});

Deno.test("mute: nothing outside a call", () => {
  const headset = bench(ONE_REPORT).send([2, 4, 0], [2, 0, 0]).do({ ring: true });
  headset.take();
  headset.send([2, 4, 0], [2, 0, 0]).wait(1000);
  assert.deepEqual(headset.take(), { writes: [], intents: [], notices: [] });
});

Deno.test("mute: a pulse soon after an unmute is a refusal, a later one a press", () => {
  const headset = inCall(ONE_REPORT).do({ mute: true }).wait(3000).do({ mute: false });
  headset.wait(400).send("mute", "release");
  assert.deepEqual(headset.take().intents, ["refused mute"]);
  assert.equal(headset.phone.state.mute, true);
  headset.wait(3000).do({ mute: false }).wait(800).send("mute", "release");
  assert.deepEqual(headset.take().intents, ["toggleMute"]);
});

Deno.test("mute: a pulse that confirms the lamp is swallowed where the model does so", () => {
  const headset = inCall(ONE_REPORT, { acknowledgesMute: true }).do({ mute: true });
  headset.wait(100).send("mute", "release");
  assert.deepEqual(headset.take().intents, []);
  headset.wait(3000).send("mute", "release");
  assert.deepEqual(headset.take().intents, ["toggleMute"]);
});

Deno.test("absolute mute: a level, confirmed levels are nothing, a refusal is told", () => {
  const headset = inCall(TOGGLING).send("mute");
  assert.deepEqual(headset.take().intents, ["mute"]);
  headset.wait(3000).send("release");
  assert.deepEqual(headset.take().intents, ["unmute"]);
  headset.wait(3000).do({ mute: true }).wait(50).send("mute").wait(3000);
  assert.deepEqual(headset.take().intents, []);
  headset.do({ mute: false }).wait(50).send("release").wait(200).send("mute");
  assert.deepEqual(headset.take().intents, ["refused mute"]);
});

Deno.test("hold lights its lamp and keeps off-hook", () => {
  const headset = inCall(ONE_REPORT).send("flash");
  assert.deepEqual(headset.take(), { writes: [[2, 9, 0]], intents: ["flash"], notices: [] });
  headset.send("hookOff", "flash");
  assert.deepEqual(headset.take(), { writes: [[2, 1, 0]], intents: ["flash"], notices: [] });
});

Deno.test("a second call: hook edges are ambiguous and taken back, flash and reject are not", () => {
  const headset = inCall(ONE_REPORT).do({ ring: true });
  headset.take();
  headset.send("hookOn");
  assert.deepEqual(headset.take(), { writes: [[2, 5, 0]], intents: [], notices: [] });
  headset.wait(50).send("hookOff");
  assert.deepEqual(headset.take().intents, []);
  headset.send("flash", "hookOff", [2, 0x41, 0]);
  assert.deepEqual(headset.take().intents, ["flash", "reject"]);
  assert.equal(headset.phone.state.offHook, true);
});

Deno.test("digits and redial are intents, volume is the desktop's unless it is ours", () => {
  const headset = inCall(ONE_REPORT).send("digit5", "hookOff", [2, 0x11, 0], [1, 1], [1, 0]);
  assert.deepEqual(headset.take().intents, ["digit 5", "redial"]);
  const own = inCall(ONE_REPORT, { ownVolume: true }).send([1, 1], [1, 0], [1, 2]);
  assert.deepEqual(own.take().intents, ["volume", "volume"]);
});

Deno.test("an outside write that drops off-hook after a mute press ends no call", () => {
  const headset = inCall(ONE_REPORT).send("mute", "release").wait(40);
  headset.take();
  headset.send("hookOn");
  assert.deepEqual(headset.take(), {
    writes: [[2, 3, 0]],
    intents: [],
    notices: ["outsideWrite"],
  });
  headset.wait(30).send("hookOff").wait(5000);
  assert.deepEqual(headset.take().intents, []);
  assert.equal(headset.phone.state.offHook, true);
});

Deno.test("after a mute press the shared report is asserted again, a lone mute report is not", () => {
  const shared = inCall(ONE_REPORT).send("mute", "release").wait(299);
  shared.take();
  assert.deepEqual(shared.wait(1).take().writes, [[2, 3, 0]]);
  const alone = inCall(MANY_REPORTS).send("mute", "release");
  alone.take();
  assert.deepEqual(alone.wait(1000).take().writes, []);
});

Deno.test("an outside write that is known is overwritten, all lamps of it", () => {
  const headset = inCall(MANY_REPORTS).do({ mute: true });
  headset.take();
  const { writes } = headset.reassert().take();
  assert.deepEqual(writes.map((report) => report.join(":")).sort(), [
    "23:1",
    "24:0",
    "32:0",
    "9:1",
  ]);
});

Deno.test("on-hook right after off-hook: acted on and told, ignored where the model needs it", () => {
  const plain = bench(ONE_REPORT).do({ ring: true }).do({ ring: false, offHook: true });
  plain.wait(20).send("hookOff").wait(100).take();
  assert.deepEqual(plain.send("hookOn").take(), {
    writes: [[2, 0, 0]],
    intents: ["hookOn"],
    notices: ["contested"],
  });
  const known = bench(ONE_REPORT, { ignoreOnHookMs: 500 }).do({ offHook: true });
  known.wait(20).send("hookOff").wait(100).send("hookOn").wait(2000);
  assert.deepEqual(known.take().intents, []);
  assert.equal(known.phone.state.offHook, true);
});

Deno.test("a hook press that is reported again 2 s later is one press", () => {
  const headset = bench(ONE_REPORT, { repeatedHookMs: 2500 }).do({ ring: true }).send("hookOff");
  headset.wait(1000).do(headset.phone.hangUp).wait(50).send("hookOn").wait(950);
  headset.do({ ring: true }).send("hookOff").wait(100).send("hookOn");
  assert.deepEqual(headset.take().intents, ["hookOff"]);
  headset.wait(3000).send("hookOff");
  assert.deepEqual(headset.take().intents, ["hookOff"]);
});

Deno.test("a momentary hook switch toggles, a silent one follows its lamp", () => {
  const momentary = bench(ONE_REPORT, { momentaryHook: true }).do({ ring: true });
  momentary.send("hookOff", "hookOn").wait(3000).send("hookOff", "hookOn");
  assert.deepEqual(momentary.take().intents, ["hookOff", "hookOn"]);
  const silent = bench(ONE_REPORT, { silentAcknowledge: true }).do({ offHook: true }).wait(5000);
  assert.deepEqual(silent.send("hookOn").take().intents, ["hookOn"]);
});

Deno.test("the first report after opening is where it starts from, whatever it says", () => {
  const headset = new HeadsetBench(layout(ONE_REPORT));
  headset.phone.set({ offHook: true });
  headset.headset.open(headset.now);
  headset.show();
  headset.send("hookOff");
  assert.deepEqual(headset.take(), { writes: [[2, 1, 0]], intents: [], notices: [] });
  assert.deepEqual(headset.wait(500).send("hookOn").take().intents, ["hookOn"]);
});

Deno.test("unplugged while it rings or in a call, plugged again: the lamps come back", () => {
  const ringing = bench(MANY_REPORTS).do({ ring: true }).close().wait(2000).open();
  assert.ok(ringing.shows({ ...IDLE_HEADSET, ring: true }));
  assert.deepEqual(ringing.send("hookOff").take().intents, ["hookOff"]);
  const busy = inCall(ONE_REPORT).do({ mute: true }).close().wait(2000).open();
  assert.ok(busy.shows({ ...IDLE_HEADSET, offHook: true, mute: true }));
  assert.deepEqual(busy.wait(60).send("hookOff").wait(3000).send("hookOn").take().intents, [
    "hookOn",
  ]);
});

Deno.test("without a hook lamp a level left over from an ended call declines nothing", () => {
  const headset = bench(WEBCAM, {
    extraButtons: [{ input: "hookSwitch", reportId: 8, bitOffset: 1, mode: "absolute" }],
  }).do({ ring: true }).send([8, 2]);
  assert.deepEqual(headset.take().intents, ["hookOff"]);
  headset.wait(3000).do(headset.phone.hangUp).do({ ring: true }).send([8, 0]);
  assert.deepEqual(headset.take().intents, []);
});

Deno.test("the same state again writes nothing", () => {
  const headset = inCall(ONE_REPORT).do({}).do({}).wait(5000);
  assert.deepEqual(headset.take().writes, []);
});
