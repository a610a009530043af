/** Which calls are reported to a collector, and what is said of one that refuses. */
import assert from "node:assert/strict";
import type { Input } from "../../../src/core/state/state.ts";
import { ACCOUNT, REPORT, Scene } from "./scene.ts";

const COLLECTOR = { ...ACCOUNT, qualityCollector: "sip:vq@example.test" };
const rated = { lossShare: 0, listening: { r: 93.2, mos: 4.41 } };
const MEASURED = {
  ...REPORT,
  quality: { incoming: { scale: "narrowband", call: rated } },
} as const;

function ending(report: typeof MEASURED | typeof REPORT): Input[] {
  return [
    { type: "CallEnded", call: "a", by: "remote", reason: "BYE" },
    { type: "MediaClosed", call: "a", report },
  ];
}

Deno.test("an answered call of which something was measured is reported when it is over", () => {
  const scene = new Scene({}, COLLECTOR).talking().play(...ending(MEASURED));
  const { session, account } = scene.effect("PublishQuality");
  assert.equal(account, "desk");
  assert.deepEqual(session.report, MEASURED);
  assert.equal(session.outgoing, true);
  assert.ok(session.endedAt >= session.answeredAt && session.media.remoteAddress === "192.0.2.7");
});

Deno.test("none is sent without a collector, or without a measurement", () => {
  for (
    const scene of [
      new Scene().talking().play(...ending(MEASURED)),
      new Scene({}, COLLECTOR).talking().play(...ending(REPORT)),
    ]
  ) assert.ok(!scene.effects.some(({ type }) => type === "PublishQuality"));
});

Deno.test("a refusal is a notice", () => {
  const scene = new Scene({}, COLLECTOR).play({
    type: "QualityReportsRefused",
    account: "desk",
    status: 489,
    reason: "Bad Event",
  });
  assert.deepEqual(scene.events, [{
    type: "notice",
    text: "desk: the collector takes no quality reports (489 Bad Event): no more are sent",
  }]);
});
