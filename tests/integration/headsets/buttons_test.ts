/** Keys and GPIO lines through the real device host server and core, over contacts of the test's. */
import assert from "node:assert/strict";
import { SYSTEM_CLOCK } from "../../../src/station/clock.ts";
import { Buttons, type ButtonSetting } from "../../../src/station/desk/buttons.ts";
import { Desk, until } from "../../fakes/hid/desk.ts";

const HANDSET: ButtonSetting = {
  source: { kind: "gpio", chip: "/dev/gpiochip0", line: 17, activeLow: true, bias: "pull-up" },
  does: "hook-switch",
  normally: "closed",
  debounceMs: 5,
};
const KEY: ButtonSetting = {
  source: { kind: "key", device: "/dev/input/event3", code: 113 },
  does: "mute",
  normally: "open",
  debounceMs: 0,
};

/** Contacts beside the headsets of a desk, with a clock whose retries come at once. */
function wire(desk: Desk, log: string[] = []): Buttons {
  return new Buttons({
    host: {
      socket: () => Promise.resolve(desk.host.socket),
      abandon() {},
      log: () => Promise.resolve([]),
    },
    clock: { ...SYSTEM_CLOCK, setTimeout: (run, ms) => setTimeout(run, Math.min(ms, 20)) },
    buttons: [HANDSET, KEY],
    notify: (input) => desk.core.submit(input),
    log: (text, { level } = {}) => log.push(`${level}: ${text}`),
  });
}

Deno.test("a handset on a GPIO line answers and hangs up; a key mutes", async () => {
  await using desk = new Desk();
  const { contacts } = desk.host;
  contacts.wire("gpio 17", true); // it lies on its cradle
  contacts.wire("key 113");
  const buttons = wire(desk);
  await buttons.start();
  desk.core.listen(() => {
    const call = desk.core.state.calls.get("a");
    const offHook = call !== undefined && call.phase.name !== "ringing";
    buttons.show({
      offHook,
      ring: call?.phase.name === "ringing",
      ringer: false,
      mute: false,
      hold: false,
    });
  });
  desk.ring("a");
  await until(() => desk.events.some(({ type }) => type === "call.incoming"));
  contacts.set("gpio 17", false);
  await until(() => desk.asked.includes("SendAccept"));
  await until(() => desk.events.some(({ type }) => type === "call.answered"));
  contacts.set("key 113", true);
  await until(() => desk.core.state.calls.get("a")?.muted === true);
  contacts.set("gpio 17", true);
  await until(() => desk.asked.includes("SendBye"));
  buttons.stop();
});

Deno.test("a contact that is not there is told once, and found when it comes", async () => {
  await using desk = new Desk();
  const { contacts } = desk.host;
  contacts.wire("key 113");
  const log: string[] = [];
  const buttons = wire(desk, log);
  await buttons.start();
  assert.equal(contacts.listeners.size, 1);
  await new Promise((done) => setTimeout(done, 60));
  assert.equal(log.length, 1);
  assert.match(log[0]!, /^warning: \/dev\/gpiochip0 line 17: /);
  assert.equal(buttons.troubles.length, 1, "a station says so as long as it lasts");
  assert.match(buttons.troubles[0]!, /^\/dev\/gpiochip0 line 17: /);
  contacts.wire("gpio 17");
  await until(() => contacts.listeners.size === 2);
  await until(() => buttons.troubles.length === 0);
  contacts.cut("key 113");
  await until(() => contacts.listeners.size === 1);
  await until(() => buttons.troubles.some((text) => text.includes("event3 key 113")));
  contacts.wire("key 113");
  await until(() => contacts.listeners.size === 2);
  buttons.stop();
  await until(() => contacts.listeners.size === 0);
});
