/** One API, two attachments: in process and over a socket keep the same promises. */
import assert from "node:assert/strict";
import { LocalPhone } from "../../../src/control/local/local_phone.ts";
import type { Phone, Sequenced } from "../../../src/control/contract/phone.ts";
import { event as eventSchema } from "../../../src/control/contract/events.ts";
import { METHODS } from "../../../src/control/contract/methods.ts";
import type { ErrorCode } from "../../../src/base/errors.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import type { CoreLoop } from "../../../src/station/phone/core_loop.ts";
import { agreeableCore } from "../../fakes/agreeable_core.ts";
import { overSocket } from "../../fakes/served_phone.ts";
import { checkedPhone } from "../../support/checked_phone.ts";

interface Attachment {
  name: string;
  open(core: CoreLoop): Promise<{ phone: Phone; close(): Promise<void> }>;
}

const ATTACHMENTS: Attachment[] = [
  {
    name: "in process",
    open: (core) => {
      const phone = new LocalPhone(core, () => Promise.resolve());
      return Promise.resolve({ phone, close: () => phone.close() });
    },
  },
  {
    name: "over a socket",
    open: (core) => overSocket(new LocalPhone(core, () => Promise.resolve())),
  },
];

/** The first event that satisfies, after subscribing. */
class Listener {
  readonly events: Sequenced[] = [];
  #wake: () => void = () => {};

  readonly take = (event: Sequenced) => {
    this.events.push(event);
    this.#wake();
  };

  async until(type: Sequenced["type"]): Promise<Sequenced> {
    for (;;) {
      const found = this.events.find((event) => event.type === type);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}

function contract(name: string, run: (phone: Phone, core: CoreLoop) => Promise<void>): void {
  for (const attachment of ATTACHMENTS) {
    Deno.test(`phone ${attachment.name}: ${name}`, async () => {
      const core = agreeableCore();
      const { phone, close } = await attachment.open(core);
      try {
        await run(checkedPhone(phone), core);
      } finally {
        await close();
        core.close();
      }
    });
  }
}

function rejectsWith(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(
    promise,
    (error: unknown) => error instanceof OffhookError && error.code === code,
  );
}

contract("a call is dialled, held, resumed and ended, and told in order", async (phone) => {
  const listener = new Listener();
  const { snapshot, seq } = await phone.subscribe(listener.take);
  assert.deepEqual(snapshot.calls, []);
  const { call } = await phone.request("dial", { target: "sip:bob@example.test" });
  await phone.request("hold", { call });
  const held = await phone.request("status", {});
  assert.equal(held.calls[0].state, "held");
  await phone.request("resume", { call });
  const { seq: reached } = await phone.request("hangup", { call });
  const ended = await listener.until("call.ended");
  assert.ok(ended.seq <= reached);
  assert.equal(ended.type === "call.ended" && ended.record.outcome, "answered");
  const order = listener.events.map((event) => event.seq);
  assert.deepEqual(order, order.map((_, index) => seq + 1 + index));
});

contract("every event and result fits its published schema", async (phone) => {
  const listener = new Listener();
  await phone.subscribe(listener.take);
  const { call, ...rest } = await phone.request("dial", { target: "sip:bob@example.test" });
  METHODS.dial.result.parse({ call });
  assert.deepEqual(Object.keys(rest), ["seq"]);
  const { seq: _, ...status } = await phone.request("status", {});
  METHODS.status.result.parse(status);
  await phone.request("mute", { call, muted: true });
  await phone.request("hangup", { call });
  await listener.until("call.ended");
  assert.ok(listener.events.length >= 4);
  for (const event of listener.events) eventSchema.parse(event);
});

contract("status says how many calls were refused for their source", async (phone, core) => {
  const party = { uri: "sip:bob@example.test" };
  assert.equal((await phone.request("status", {})).refusedCalls, undefined);
  for (const call of ["one", "two"]) {
    core.submit({
      type: "IncomingCall",
      call,
      account: [...core.state.accounts.keys()][0]!,
      sipCallId: call,
      origin: "stranger",
      source: "198.51.100.7",
      from: party,
      to: party,
      offer: null,
      transport: "udp",
    });
  }
  const { seq: _, ...status } = await phone.request("status", {});
  assert.equal(METHODS.status.result.parse(status).refusedCalls, 2);
});

contract("an impossible command rejects with its typed error and hint", async (phone) => {
  await rejectsWith(phone.request("hangup", { call: "none" }), "no-such-call");
  await rejectsWith(phone.request("swap", {}), "invalid-state");
  await rejectsWith(phone.request("dial", { target: "sip:x@y", account: "no" }), "config-invalid");
});

contract(
  "the volume is one number: changed by steps and dB, told, in the snapshot",
  async (phone) => {
    const listener = new Listener();
    await phone.subscribe(listener.take);
    assert.equal((await phone.request("volume", { volume: "down" })).volume, -2);
    assert.equal((await phone.request("volume", { volume: 5 })).volume, 5);
    const told = await listener.until("volume");
    assert.equal(told.type === "volume" && told.volume, -2);
    assert.equal((await phone.request("status", {})).volume, 5);
    await rejectsWith(phone.request("volume", { volume: 7 }), "usage");
  },
);

contract("a client that was away asks for what it missed", async (phone) => {
  const before = await phone.request("status", {});
  await phone.request("doNotDisturb", { on: true });
  await phone.request("doNotDisturb", { on: false });
  const listener = new Listener();
  await phone.subscribe(listener.take, { since: before.seq });
  await listener.until("do-not-disturb");
  assert.deepEqual(
    listener.events.map((event) => event.type === "do-not-disturb" && event.on),
    [true, false],
  );
});

contract("what is forgotten is told as lagged", async (phone, core) => {
  for (let index = 0; index < 600; index++) {
    core.command({ type: "SetDoNotDisturb", on: true });
    core.command({ type: "SetDoNotDisturb", on: false });
  }
  await Promise.resolve();
  const listener = new Listener();
  await phone.subscribe(listener.take, { since: 0 });
  const lagged = await listener.until("lagged");
  assert.equal(lagged.type === "lagged" && lagged.dropped, 200);
});
