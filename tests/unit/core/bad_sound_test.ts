/** Bad sound: when it is told, of what, when it is over, and that it does not chatter. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { DirectionQuality, MediaReport } from "../../../src/core/ports/media_report.ts";
import { BAD_SOUND_CAUSES } from "../../../src/core/state/bad_sound.ts";
import { viewOf } from "../../../src/core/state/call_view.ts";
import type { Input } from "../../../src/core/state/state.ts";
import { REPORT, Scene, theirs } from "./scene.ts";

function report(change: Partial<MediaReport>): Input {
  return { type: "MediaReported", call: "a", report: { ...REPORT, ...change } };
}

/** A direction that listeners would give `mos`. */
function heard(
  mos: number,
  now: Partial<DirectionQuality["call"]> = {},
  oneWayMs?: number,
): DirectionQuality {
  const rated = { lossShare: 0, listening: { r: 70, mos }, ...now };
  return {
    scale: "narrowband",
    call: rated,
    now: rated,
    ...(oneWayMs !== undefined && { oneWayMs }),
  };
}

const incoming = (mos: number, now = {}, oneWayMs?: number) => ({
  quality: { incoming: heard(mos, now, oneWayMs) },
});
const outgoing = (mos: number, now = {}) => ({ quality: { outgoing: heard(mos, now) } });

/** A report a second. @returns what is told */
function told(scene: Scene, seconds: number, change: Partial<MediaReport>) {
  return Array.from({ length: seconds }).flatMap(() => {
    scene.at += 990;
    return scene.play(report(change)).events
      .flatMap((event) => event.type === "call.quality" ? [event.detail] : []);
  });
}

/** What is told of a talking call that stays so. */
function causeOf(change: Partial<MediaReport>, scene = new Scene().talking()) {
  const details = told(scene, 12, change);
  assert.ok(details.length <= 1);
  const [detail] = details;
  return detail?.bad ? `${detail.direction} ${detail.cause} ${detail.value}` : undefined;
}

Deno.test("the cause is what was measured", () => {
  const conversational = (mos: number) => ({ conversational: { r: 60, mos } });
  const table: [string, Partial<MediaReport>, string | undefined][] = [
    ["nothing measured", {}, undefined],
    ["good", incoming(4.4), undefined],
    ["not bad enough", incoming(3.6), undefined],
    ["lost", incoming(2.9, { lossShare: 0.125, lateShare: 0.02 }), "incoming loss 13"],
    ["late", incoming(2.9, { lossShare: 0.01, lateShare: 0.14 }), "incoming late 14"],
    ["broken", incoming(2, { lossShare: 0, undecodableShare: 0.3 }), "incoming undecodable 30"],
    ["far away", incoming(4.4, conversational(3.1), 612), "incoming delay 612"],
    ["far away, there", { quality: { outgoing: heard(4.4, conversational(3.1), 612) } }, undefined],
    ["lost there", outgoing(2, { lossShare: 0.2 }), "outgoing loss 20"],
    ["late there", outgoing(2, { lossShare: 0, lateShare: 0.2 }), "outgoing late 20"],
    ["busy", { ...incoming(4.4), stalledHereMs: 650 }, "incoming busy 650"],
    ["hardly busy", { ...incoming(4.4), stalledHereMs: 200 }, undefined],
    [
      "busy explains loss",
      { ...incoming(2, { lossShare: 0.2 }), stalledHereMs: 900 },
      "incoming busy 900",
    ],
    ["muted there", { ...incoming(4.4), digitalSilenceMs: 31_000 }, "incoming silent 31000"],
    ["muted for a while", { ...incoming(4.4), digitalSilenceMs: 20_000 }, undefined],
  ];
  for (const [name, change, expected] of table) assert.equal(causeOf(change), expected, name);
  const causes = new Set(table.flatMap(([, , expected]) => expected?.split(" ")[1] ?? []));
  assert.deepEqual([...causes].sort(), [...BAD_SOUND_CAUSES].sort());
});

Deno.test("each sentence has a value, a direction and what to do", () => {
  const texts = new Set<string>();
  for (const change of [incoming(2, { lossShare: 0.2 }), outgoing(2, { lossShare: 0.2 })]) {
    const [detail] = told(new Scene().talking(), 10, change);
    assert.ok(detail?.bad && detail.hint.endsWith("."));
    assert.match(detail.text, /20 %/);
    texts.add(detail.text);
  }
  assert.equal(texts.size, 2);
});

Deno.test("it is told after three seconds, and once; over after fifteen good ones", () => {
  const scene = new Scene().talking();
  const bad = incoming(2.9, { lossShare: 0.1 });
  assert.deepEqual(told(scene, 3, bad), []);
  const [begun] = told(scene, 1, bad);
  assert.ok(begun?.bad);
  assert.equal(viewOf(scene.call("a")).badSound?.incoming?.cause, "loss");
  assert.deepEqual(told(scene, 60, bad), []);
  assert.deepEqual(told(scene, 15, incoming(4.2)), []);
  const [over] = told(scene, 1, incoming(4.2));
  assert.ok(over?.bad === false && over.lastedMs > 60_000 && over.lastedMs < 70_000);
  assert.equal(viewOf(scene.call("a")).badSound, undefined);
});

Deno.test("of what they hear two reports must say that it is bad", () => {
  const scene = new Scene().talking();
  assert.deepEqual(told(scene, 8, outgoing(2, { lossShare: 0.3 })), []);
  assert.equal(told(scene, 1, outgoing(2, { lossShare: 0.3 })).length, 1);
});

Deno.test("a call at the limit does not chatter", () => {
  const mos = fc.double({ min: 3, max: 4.3, noNaN: true });
  fc.assert(fc.property(fc.array(mos, { minLength: 60, maxLength: 120 }), (scores) => {
    const scene = new Scene().talking();
    let [at, last] = [0, -Infinity];
    let before: boolean | undefined;
    for (const score of scores) {
      at++;
      for (const detail of told(scene, 1, incoming(score, { lossShare: 0.1 }))) {
        assert.notEqual(detail.bad, before ?? false, "the same twice");
        if (!detail.bad) assert.ok(at - last >= 15, "good again too soon");
        before = detail.bad;
        last = at;
      }
    }
  }));
});

Deno.test("nothing is said on hold, and what was told is over then", () => {
  const scene = new Scene().talking();
  const bad = incoming(2, { lossShare: 0.2 });
  assert.equal(told(scene, 5, bad).length, 1);
  scene.play({ type: "RemoteOffer", call: "a", offer: theirs({ direction: "sendonly" }) });
  assert.deepEqual(told(scene, 10, bad), []);
  assert.equal(viewOf(scene.call("a")).badSound, undefined);
});

Deno.test("a direction in which no sound arrives is told as that", () => {
  const scene = new Scene().talking();
  const nothing = {
    ...incoming(1, { lossShare: 1 }),
    received: 9,
    rtpSilentMs: 5_000,
    rtcpSilentMs: 5_000,
  };
  assert.deepEqual(told(scene, 10, nothing), []);
});

Deno.test("the record of a call that ends so says it", () => {
  const scene = new Scene().talking();
  told(scene, 5, incoming(2, { lossShare: 0.2 }));
  scene.play({ type: "CallEnded", call: "a", by: "remote", reason: "BYE" }, {
    type: "MediaClosed",
    call: "a",
    report: REPORT,
  });
  const ended = scene.events.find((event) => event.type === "call.ended");
  assert.equal(ended?.type === "call.ended" && ended.record.badSound?.incoming?.value, 20);
});

Deno.test("packets that cannot be decoded are told once, whatever they do to the sound", () => {
  const scene = new Scene().talking();
  const notices = [0, 1, 3, 9].flatMap((undecodable) =>
    scene.play(report({ undecodable, codec: "OPUS" })).events
      .flatMap((event) => event.type === "notice" ? [event.text] : [])
  );
  assert.deepEqual(notices, ["packets come that cannot be decoded as OPUS: it is made up for"]);
});
