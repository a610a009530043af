/** A clock that is set moves nothing that waits. */
import assert from "node:assert/strict";
import { SteadyTime } from "../../../src/base/time/steady_time.ts";
import { systemClock } from "../../../src/sip/transport/flow/clock.ts";
import { SYSTEM_CLOCK } from "../../../src/station/clock.ts";
import { agreeableCore } from "../../fakes/agreeable_core.ts";

Deno.test("time goes on steadily, and follows the wall clock when it is told to", () => {
  let wall = 5_000_000, steady = 100;
  const time = new SteadyTime(() => wall, () => steady);
  assert.equal(time.now(), 5_000_000);
  steady += 20.4;
  wall += 3_600_000;
  assert.equal(time.now(), 5_000_020);
  wall -= 5_000_000_000;
  assert.equal(time.now(), 5_000_020);
  time.follow();
  assert.equal(time.now(), wall);
});

Deno.test("the clocks of SIP and of the station do not jump with the system's", () => {
  const real = Date.now;
  const before = [systemClock.now(), SYSTEM_CLOCK.now()];
  try {
    for (const jump of [-1_700_000_000_000, 3_600_000, 34_560_000_000]) {
      Date.now = () => real() + jump;
      for (const [index, clock] of [systemClock, SYSTEM_CLOCK].entries()) {
        assert.ok(Math.abs(clock.now() - before[index]!) < 3_000_000, `${jump}`);
      }
    }
    SYSTEM_CLOCK.follow!();
    assert.ok(SYSTEM_CLOCK.now() - before[1]! > 34_000_000_000);
  } finally {
    Date.now = real;
    SYSTEM_CLOCK.follow!();
  }
});

Deno.test("a call lasts as long as it lasted, whatever becomes of the clock", () => {
  const real = Date.now;
  const core = agreeableCore();
  const durations: unknown[] = [];
  core.listen((event) => event.type === "call.ended" && durations.push(event.record));
  try {
    core.command({ type: "Dial", call: "a", account: "desk", target: "sip:bob@example.test" });
    Date.now = () => real() + 3_600_000;
    core.command({ type: "Hangup", call: "a" });
  } finally {
    Date.now = real;
  }
  return Promise.resolve().then(() => {
    const [{ startedAt, endedAt }] = durations as [{ startedAt: number; endedAt: number }];
    assert.ok(endedAt >= startedAt && endedAt - startedAt < 3_000_000, `${startedAt} ${endedAt}`);
    core.close();
  });
});
