/** Keys beside the live line: digits are sent, and nothing that was typed for the shell acts. */
import assert from "node:assert/strict";
import type { CallFollower } from "../../../src/cli/call/call_follower.ts";
import { openCallKeys } from "../../../src/cli/call/call_keys.ts";
import { FakeIo } from "../../fakes/fake_io.ts";

function keys() {
  const io = new FakeIo({ tty: { stdin: true } });
  const done: string[] = [];
  const answered = Promise.withResolvers<void>();
  const act = (what: string) => Promise.resolve(void done.push(what));
  const follower = {
    answered: answered.promise,
    press: (digit: string) => act(digit),
    hangup: () => act("hang up"),
    toggleMute: () => act("mute"),
  } as unknown as CallFollower;
  openCallKeys(io, follower);
  return {
    done,
    pass: (ms: number) => io.pass(ms),
    type: (text: string) => io.keys?.(text),
    async answer() {
      answered.resolve();
      await answered.promise;
    },
  };
}

Deno.test("digits are sent, m mutes, q hangs up", () => {
  const { type, pass, done } = keys();
  pass(700);
  for (const key of ["1", "#", "m", "q"]) type(key);
  assert.deepEqual(done, ["1", "#", "mute", "hang up"]);
});

Deno.test("what is typed as the call begins or is answered does nothing", async () => {
  const { type, pass, answer, done } = keys();
  for (const key of "quit") type(key);
  pass(2_000);
  await answer();
  for (const key of "max q") {
    type(key);
    pass(690);
  }
  assert.deepEqual(done, []);
  pass(10);
  type("m");
  assert.deepEqual(done, ["mute"]);
});

Deno.test("a paste sends its digits alone, and no Ctrl key or sequence acts", () => {
  const { type, pass, done } = keys();
  pass(700);
  type("+49 30 quite #");
  assert.deepEqual(done, ["4", "9", "3", "0", "#"]);
  for (const key of "\u0001\u0002\u0004\u0005\u0008\u000b\u000c\u000e\u0012\u0015\u0017") type(key);
  type("\u001b[A");
  type("\u001bm");
  assert.equal(done.length, 5);
});
