import assert from "node:assert/strict";
import fc from "fast-check";
import { HeadsetBench } from "../../fakes/hid/headset_bench.ts";
import { HID_LAYOUTS, type HidLayout, layout } from "../../fixtures/hid_layouts.ts";

/** One thing that happens: on the phone, on the headset, or time. */
type Event =
  | { at: "phone"; what: "ring" | "answer" | "hangUp" | "cancel" | "dial" | "mute" | "hold" }
  | { at: "press"; what: "hook" | "mute" | "flash" | "reject" }
  | { at: "repeat" }
  | { at: "time"; ms: number };

/** Longer than an acknowledgement takes, shorter than it may take. */
const SLOWEST_ACKNOWLEDGEMENT_MS = 1500;

/**
 * A headset with an absolute hook switch that keeps to the rules: it confirms each change of its
 * off-hook lamp some time later, in order or (as a slow radio link does) only the last one, and gives
 * up confirming when the person presses. A press toggles its hook.
 */
class Device {
  hook = false;
  /** What confirmations made the phone do. */
  intentsOfConfirmations: string[] = [];
  #lamp = false;
  #confirmations: { level: boolean; at: number }[] = [];

  constructor(
    readonly bench: HeadsetBench,
    readonly delayMs: number,
    readonly inOrder: boolean,
  ) {}

  happen(event: Event): void {
    if (event.at === "phone") this.#phone(event.what);
    else if (event.at === "press") this.#press(event.what);
    else if (event.at === "repeat") this.#confirm(this.#hookReport());
    else this.pass(event.ms);
    this.#seeLamp();
  }

  /** Time goes on; confirmations that fall due are sent. */
  pass(ms: number): void {
    const end = this.bench.now + ms;
    while (this.#confirmations.length > 0 && this.#confirmations[0]!.at <= end) {
      const { level, at } = this.#confirmations.shift()!;
      this.bench.wait(at - this.bench.now);
      if (this.hook === level) continue;
      this.hook = level;
      this.#confirm(this.#hookReport());
      this.#seeLamp();
    }
    this.bench.wait(end - this.bench.now);
    this.#seeLamp();
  }

  #hookReport(): "hookOff" | "hookOn" {
    return this.hook ? "hookOff" : "hookOn";
  }

  #confirm(report: "hookOff" | "hookOn"): void {
    this.bench.take();
    this.bench.send(report);
    this.intentsOfConfirmations.push(...this.bench.take().intents);
  }

  #seeLamp(): void {
    const level = this.bench.phone.state.offHook;
    if (level === this.#lamp) return;
    this.#lamp = level;
    if (!this.inOrder) this.#confirmations = [];
    this.#confirmations.push({ level, at: this.bench.now + this.delayMs });
  }

  #phone(what: string): void {
    const { state } = this.bench.phone;
    const { phone } = this.bench;
    this.bench.do(() => {
      if (what === "ring") phone.set({ ring: true });
      else if (what === "answer" && state.ring) phone.answer();
      else if (what === "cancel") phone.decline();
      else if (what === "hangUp") phone.hangUp();
      else if (what === "dial") phone.set({ offHook: true });
      else if (what === "mute" && state.offHook) phone.set({ mute: !state.mute });
      else if (what === "hold" && state.offHook) phone.set({ hold: !state.hold });
    });
  }

  #press(what: "hook" | "mute" | "flash" | "reject"): void {
    if (what === "hook") {
      this.#confirmations = [];
      this.hook = !this.hook;
      this.bench.send(this.#hookReport());
      return;
    }
    const pressed = [...this.bench.layout.reports[what]!];
    const [hookOff, hookOn] = [
      this.bench.layout.reports.hookOff!,
      this.bench.layout.reports.hookOn!,
    ];
    const report = pressed.map((byte, index) =>
      this.hook ? byte | hookOff[index]! : byte & ~(hookOff[index]! ^ hookOn[index]!)
    );
    report[0] = pressed[0]!;
    this.bench.send(report);
    this.#confirm(this.#hookReport());
  }
}

const phoneEvent: fc.Arbitrary<Event> = fc.constantFrom(
  ...(["ring", "answer", "hangUp", "cancel", "dial", "mute", "hold"] as const).map((what) => ({
    at: "phone" as const,
    what,
  })),
);
const press: fc.Arbitrary<Event> = fc.constantFrom(
  ...(["hook", "mute", "flash", "reject"] as const).map((what) => ({ at: "press" as const, what })),
);
const repeat: fc.Arbitrary<Event> = fc.constant({ at: "repeat" });
const time: fc.Arbitrary<Event> = fc.record({
  at: fc.constant("time" as const),
  ms: fc.oneof(fc.nat(50), fc.nat(3000)),
});
const delay = fc.nat(SLOWEST_ACKNOWLEDGEMENT_MS);
const oneOfOurs = fc.constantFrom(layout(1), layout(2), layout(3));

function opened(each: HidLayout): HeadsetBench {
  const bench = new HeadsetBench(each).open();
  bench.take();
  return bench;
}

Deno.test("acknowledgements, late and repeated, never change a call", () => {
  fc.assert(
    fc.property(
      oneOfOurs,
      delay,
      fc.boolean(),
      fc.array(fc.oneof(phoneEvent, repeat, time), { maxLength: 40 }),
      (each, delayMs, inOrder, events) => {
        const bench = opened(each);
        const device = new Device(bench, delayMs, inOrder);
        for (const event of events) {
          device.happen(event);
          assert.ok(bench.shows(bench.phone.state));
        }
        device.pass(10_000);
        assert.deepEqual(device.intentsOfConfirmations, []);
        assert.deepEqual(bench.take().intents, []);
        assert.equal(device.hook, bench.phone.state.offHook);
      },
    ),
    { numRuns: 800 },
  );
});

Deno.test("presses, acknowledgements and call events in any order: the lamps equal the phone", () => {
  fc.assert(
    fc.property(
      oneOfOurs,
      delay,
      fc.boolean(),
      fc.array(fc.oneof(phoneEvent, press, repeat, time), { maxLength: 60 }),
      (each, delayMs, inOrder, events) => {
        const bench = opened(each);
        const device = new Device(bench, delayMs, inOrder);
        for (const event of events) {
          device.happen(event);
          assert.ok(bench.shows(bench.phone.state));
        }
        device.pass(10_000);
        assert.ok(bench.shows(bench.phone.state));
        assert.deepEqual(device.intentsOfConfirmations, []);
        assert.ok(bench.close().shows({ ...bench.phone.state, ...IDLE }));
      },
    ),
    { numRuns: 400 },
  );
});

const IDLE = { offHook: false, ring: false, ringer: false, mute: false, hold: false };

Deno.test("any reports of any headset, plugged and unplugged: the lamps equal the phone", () => {
  const behaviour = fc.record({
    constantInputs: fc.boolean(),
    momentaryHook: fc.boolean(),
    mechanicalHook: fc.boolean(),
    silentAcknowledge: fc.boolean(),
    acknowledgesMute: fc.boolean(),
    ownVolume: fc.boolean(),
    ignoreOnHookMs: fc.constantFrom(0, 500),
    repeatedHookMs: fc.constantFrom(0, 2500),
  });
  const anything = fc.oneof(
    phoneEvent,
    time,
    fc.constantFrom({ at: "close" as const }, { at: "open" as const }, { at: "reassert" as const }),
    fc.record({
      at: fc.constant("report" as const),
      bytes: fc.array(fc.nat(255), { maxLength: 4 }),
    }),
    fc.record({ at: fc.constant("body" as const), bytes: fc.array(fc.nat(255), { maxLength: 2 }) }),
  );
  fc.assert(fc.property(
    fc.constantFrom(...HID_LAYOUTS),
    behaviour,
    fc.array(anything, { maxLength: 40 }),
    (each, quirk, events) => {
      const bench = new HeadsetBench(each, quirk).open();
      let open = true;
      const device = new Device(bench, 100, true);
      for (const event of events) {
        if (event.at === "report") bench.send(event.bytes);
        else if (event.at === "body") bench.send([each.reports.hookOff?.[0] ?? 1, ...event.bytes]);
        else if (event.at === "reassert") bench.reassert();
        else if (event.at === "close") bench.close();
        else if (event.at === "open") bench.open();
        else if (event.at === "phone") device.happen(event);
        else bench.wait((event as { ms: number }).ms);
        if (event.at === "close" || event.at === "open") open = event.at === "open";
        assert.ok(bench.shows(open ? bench.phone.state : IDLE));
      }
      bench.wait(10_000);
      assert.equal(bench.headset.wakeAt, undefined);
      assert.ok(bench.shows(open ? bench.phone.state : IDLE));
    },
  ));
});
