/** Contacts as buttons: bounce, rest position, meaning. */
import assert from "node:assert/strict";
import { IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";
import { Button, type ButtonMeaning } from "../../../src/station/desk/button.ts";

const TALKING = { ...IDLE_HEADSET, offHook: true };
const RINGING = { ...IDLE_HEADSET, ring: true, ringer: true };

function button(
  does: ButtonMeaning["does"],
  change: Partial<ButtonMeaning> = {},
  active = false,
): Button {
  return new Button({ does, normally: "open", debounceMs: 20, ...change }, active);
}

/** A level that rests. */
function rest(each: Button, active: boolean, at: number): string[] {
  return [...each.level(active, at), ...each.tick(at + 20)].map((intent) =>
    intent.type === "digit" ? `digit ${intent.digit}` : intent.type
  );
}

Deno.test("bounce is no press; a contact that rests is one", () => {
  const each = button("mute");
  each.show(TALKING);
  assert.deepEqual(each.level(true, 0), []);
  assert.deepEqual(each.level(false, 5), []);
  assert.equal(each.wakeAt, undefined);
  assert.deepEqual(each.level(true, 8), []);
  assert.equal(each.wakeAt, 28);
  assert.deepEqual(each.tick(27), []);
  assert.deepEqual(each.tick(28), [{ type: "toggleMute" }]);
  assert.deepEqual(rest(each, false, 100), []);
});

Deno.test("without debouncing a press counts at once", () => {
  const each = button("reject", { debounceMs: 0 });
  assert.deepEqual(each.level(true, 0), [{ type: "reject" }]);
});

Deno.test("a hook switch lifts and puts down, open or closed at rest", () => {
  for (const normally of ["open", "closed"] as const) {
    const pressed = normally === "open";
    const each = button("hook-switch", { normally }, !pressed);
    each.show(RINGING);
    assert.deepEqual(rest(each, pressed, 0), ["hookOff"]);
    each.show(TALKING);
    assert.deepEqual(rest(each, !pressed, 100), ["hookOn"]);
  }
});

Deno.test("a handset off its cradle at the start says nothing; put down while it rings neither", () => {
  const each = button("hook-switch", {}, true);
  each.show(RINGING);
  assert.deepEqual(rest(each, false, 0), []);
  assert.deepEqual(rest(each, true, 100), ["hookOff"]);
});

Deno.test("a push button toggles the hook, others say what they are for", () => {
  const hook = button("hook");
  assert.deepEqual(rest(hook, true, 0), ["hookOff"]);
  rest(hook, false, 50);
  hook.show(TALKING);
  assert.deepEqual(rest(hook, true, 100), ["hookOn"]);
  for (const does of ["flash", "hold", "redial", "reject"] as const) {
    assert.deepEqual(rest(button(does), true, 0), [does]);
  }
  assert.deepEqual(rest(button({ digit: "#" }), true, 0), ["digit #"]);
  const louder = button("volume-up", { debounceMs: 0 });
  assert.deepEqual(louder.level(true, 0), [{ type: "volume", direction: "up" }]);
  assert.deepEqual(rest(button("volume-down"), true, 0), ["volume"]);
  assert.deepEqual(rest(button("mute"), true, 0), [], "there is nothing to mute");
});
