/** Session timers (RFC 4028): who refreshes, and when. */
import assert from "node:assert/strict";
import {
  answeredSessionExpires,
  parseSessionExpires,
  sessionExpiresLine,
  SessionTimer,
} from "../../../src/sip/dialog/session_timer.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";

function timer() {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const startedAt = clock.now();
  const note = (word: string) => seen.push(`${word} ${(clock.now() - startedAt) / 1000}`);
  const session = new SessionTimer(clock, {
    refresh: () => note("refresh"),
    expired: () => note("expired"),
  });
  return { clock, seen, session };
}

Deno.test("Session-Expires is read and written", () => {
  assert.deepEqual(parseSessionExpires("1800"), { seconds: 1800 });
  assert.deepEqual(parseSessionExpires(" 90 ; x=y; Refresher=UAS "), {
    seconds: 90,
    refresher: "uas",
  });
  for (const bad of [undefined, "", "x", "-1", "9999999999"]) {
    assert.equal(parseSessionExpires(bad), undefined);
  }
  assert.equal(
    sessionExpiresLine({ seconds: 90, refresher: "uac" }),
    "Session-Expires: 90;refresher=uac",
  );
});

Deno.test("the caller refreshes where it can, else we do", () => {
  assert.equal(answeredSessionExpires(undefined, true), undefined);
  assert.equal(answeredSessionExpires({ seconds: 90 }, true)?.refresher, "uac");
  assert.equal(answeredSessionExpires({ seconds: 90, refresher: "uas" }, true)?.refresher, "uas");
  assert.equal(answeredSessionExpires({ seconds: 90, refresher: "uac" }, false)?.refresher, "uas");
});

Deno.test("the refresher acts at half, everybody before the end", () => {
  const { clock, seen, session } = timer();
  session.start(1800, true);
  clock.advance(3_600_000);
  assert.deepEqual(seen, ["refresh 900", "expired 1768"]);
  const short = timer();
  short.session.start(90, false);
  short.clock.advance(90_000);
  assert.deepEqual(short.seen, ["expired 60"]);
});

Deno.test("a refresh begins anew, none stops it", () => {
  const { clock, seen, session } = timer();
  session.start(120, false);
  clock.advance(80_000);
  session.start(120, false);
  clock.advance(80_000);
  session.start(undefined, true);
  clock.advance(1_000_000);
  assert.deepEqual(seen, []);
  assert.equal(clock.pending, 0);
});
