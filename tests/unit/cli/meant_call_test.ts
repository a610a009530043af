/** Which call a command without a call id means. */
import assert from "node:assert/strict";
import { meantCall } from "../../../src/cli/live/meant_call.ts";
import type { CallView } from "../../../src/control/contract/phone.ts";

const held = {
  id: "3f9a21c0",
  state: "held",
  muted: true,
  recording: { name: "on", path: "/tmp/call.wav" },
  remote: { uri: "sip:600@example.com", displayName: null },
} as unknown as CallView;

Deno.test("without a call there is only that to say", () => {
  assert.throws(() => meantCall([], undefined), {
    code: "no-call",
    message: "no call is on",
    hint: undefined,
  });
});

Deno.test("a call that the command cannot act on is shown with all that decides it", () => {
  assert.throws(() => meantCall([held], undefined, ({ state }) => state === "active"), {
    code: "no-such-call",
    message: "no call is in a state for that",
    hint: "Calls: 3f9a21c0 (held, muted, recorded, sip:600@example.com).",
  });
});

Deno.test("the only call that fits is meant", () => {
  const active = { ...held, id: "a", state: "active" } as CallView;
  assert.equal(meantCall([held, active], undefined, ({ state }) => state === "active"), active);
  assert.throws(() => meantCall([held, active], undefined), { code: "ambiguous-call" });
});
