/** DTMF of a call: which way digits go, what a server refused, and no digit twice. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import { DIGIT_WAYS, type DigitWay } from "../../../src/core/account/digit_ways.ts";
import type { Input } from "../../../src/core/state/state.ts";
import { ACCOUNT, closed, FORMATS, REPORT, Scene, theirs } from "./scene.ts";
import { accepted } from "./scene.ts";

const PLAIN = theirs({ formats: [FORMATS[2]!] });
const press = {
  type: "SendDigits",
  call: "a",
  digits: "12w3",
  durationMs: 100,
} as const satisfies Input;

/** A call with a peer that takes telephone-events, or none. */
function talking(events: boolean, dtmf?: DigitWay): Scene {
  const account = dtmf === undefined ? ACCOUNT : { ...ACCOUNT, dtmf };
  return new Scene({}, account).dialled().play(accepted("a", events ? theirs() : PLAIN));
}

function refused(status: number, digits = "2w3"): Input {
  return {
    type: "InfoDigitsRefused",
    call: "a",
    digits,
    durationMs: 100,
    status,
    reason: "No",
  };
}

/** How digits of a scene go: `info`, or the way over RTP. */
function wayOf(scene: Scene, call = "a"): DigitWay {
  scene.play({ ...press, call });
  return scene.asked("SendInfoDigits") ? "info" : scene.effect("SendDigits").by;
}

/** What was told of digits of the peer. */
function heard(scene: Scene): string {
  return scene.events.flatMap((e) => e.type === "call.digit" ? [e.detail.digit] : []).join("");
}

Deno.test("digits go by events, else by INFO, unless the account says a way", () => {
  assert.equal(wayOf(talking(true)), "rfc4733");
  assert.equal(wayOf(talking(false)), "info");
  for (const dtmf of ["info", "inband"] as const) {
    assert.equal(wayOf(talking(true, dtmf)), dtmf);
    assert.equal(wayOf(talking(false, dtmf)), dtmf);
  }
});

Deno.test("events that were chosen and not agreed on are an error, not silence", () => {
  const scene = talking(false, "rfc4733");
  assert.throws(() => scene.play(press), (thrown) => {
    assert.ok(thrown instanceof OffhookError);
    assert.equal(thrown.code, "invalid-state");
    assert.match(thrown.hint!, /dtmf/);
    return true;
  });
});

Deno.test("before the answer there is no dialog for INFO", () => {
  const early: Input = {
    type: "CallProgress",
    call: "a",
    status: 183,
    reason: "",
    dialog: "1",
    description: PLAIN,
  };
  assert.equal(wayOf(new Scene().dialled().play(early)), "inband");
  const scene = new Scene({}, { ...ACCOUNT, dtmf: "info" }).dialled().play(early);
  assert.throws(() => scene.play(press), OffhookError);
});

Deno.test("refused INFO goes on as tones and says so; its server is not asked again", () => {
  const scene = talking(false).play(press, refused(415));
  const { digits, by } = scene.effect("SendDigits");
  assert.deepEqual([digits, by], ["2w3", "inband"]);
  const told = scene.events.find((event) => event.type === "call.digits-refused");
  assert.deepEqual(told?.detail, { by: "info", next: "inband", status: 415, reason: "No" });
  assert.equal(wayOf(scene), "inband");
  scene.dialled("b").play(accepted("b", PLAIN));
  assert.equal(wayOf(scene, "b"), "inband");
  // Events need no INFO.
  scene.dialled("c").play(accepted("c", theirs()));
  assert.equal(wayOf(scene, "c"), "rfc4733");
});

Deno.test("a server that takes a digit by INFO is asked again", () => {
  const scene = talking(false).play(press, refused(415));
  scene.play({ type: "InfoDigit", call: "a", digit: "1", durationMs: 100 });
  assert.equal(wayOf(scene), "info");
  scene.play({ type: "InfoDigitTaken", call: "a", digit: "1" });
  scene.dialled("b").play(accepted("b", PLAIN));
  assert.equal(wayOf(scene, "b"), "info");
});

Deno.test("a refusal of the moment is not held against the server", () => {
  for (const status of [0, 408, 481, 500, 503]) {
    const scene = talking(false).play(press, refused(status));
    assert.equal(wayOf(scene), "inband", String(status));
    scene.dialled("b").play(accepted("b", PLAIN));
    assert.equal(wayOf(scene, "b"), "info", String(status));
  }
});

Deno.test("what is remembered is kept over a new configuration and told to accounts of one server", () => {
  const other = { ...ACCOUNT, id: "other" };
  const scene = talking(false);
  const configure: Input = {
    type: "Configure",
    settings: scene.state.settings,
    accounts: [ACCOUNT, other],
  };
  scene.play(configure, press, refused(501), configure);
  const told = [...scene.state.accounts.values()].map(({ refusesInfo }) => refusesInfo);
  assert.deepEqual(told, [true, true]);
});

Deno.test("INFO that the account insists on, and that is refused, is told and is no tone", () => {
  const scene = talking(true, "info").play(press, refused(415));
  assert.equal(scene.asked("SendDigits"), false);
  const told = scene.events.find((event) => event.type === "call.digits-refused");
  assert.deepEqual(told?.detail, { by: "info", status: 415, reason: "No" });
});

Deno.test("the report counts digits of every way, in their order", () => {
  const scene = talking(false).play(
    press,
    { type: "InfoDigitTaken", call: "a", digit: "1" },
    refused(415),
    { type: "MediaReported", call: "a", report: { ...REPORT, dtmfSent: "2" } },
  );
  assert.equal(scene.call("a").report?.dtmfSent, "12");
  scene.play(
    { type: "DigitsSent", call: "a", digits: "2w3", by: "inband" },
    { type: "InfoDigit", call: "a", digit: "7", durationMs: 100 },
    { type: "DigitReceived", call: "a", digit: "8", durationMs: 100, by: "inband" },
  );
  scene.play({ type: "CallEnded", call: "a", by: "remote", reason: "" }, {
    ...closed("a"),
    report: { ...REPORT, dtmfSent: "23", dtmfReceived: "8" },
  } as Input);
  const { report } = scene.record();
  assert.deepEqual([report?.dtmfSent, report?.dtmfReceived], ["123", "78"]);
});

/** A digit as each way tells it. */
function told(digit: string, by: DigitWay, durationMs = 100): Input {
  return by === "info"
    ? { type: "InfoDigit", call: "a", digit, durationMs }
    : { type: "DigitReceived", call: "a", digit, durationMs, by };
}

Deno.test("a digit that comes two or three ways is one, in any order of the ways", () => {
  for (const first of DIGIT_WAYS) {
    for (const second of DIGIT_WAYS.filter((way) => way !== first)) {
      const scene = talking(true).play(told("1", first), told("1", second), told("1", first));
      assert.equal(heard(scene), "11", `${first}, ${second}`);
      scene.play(told("1", second));
      assert.equal(heard(scene), "", `${first}, ${second}`);
      assert.equal(scene.call("a").digits?.received, "11");
    }
  }
  const scene = talking(true).play(...DIGIT_WAYS.map((way) => told("5", way)));
  assert.equal(heard(scene), "5");
});

Deno.test("a long press that INFO told at its beginning is one; another press later is another", () => {
  const scene = talking(true).play(told("5", "info"));
  scene.at += 3_000;
  scene.play(told("5", "rfc4733", 3_000));
  assert.equal(heard(scene), "");
  scene.play(told("6", "rfc4733"));
  scene.at += 2_000;
  scene.play(told("6", "info"));
  assert.equal(heard(scene), "6");
});

Deno.test("a sequence by two ways is heard once, however they interleave", () => {
  const digit = fc.constantFrom(..."0123456789*#");
  const way = fc.constantFrom<[DigitWay, DigitWay]>(["info", "rfc4733"], ["inband", "info"]);
  const lag = fc.infiniteStream(fc.boolean());
  fc.assert(fc.property(fc.array(digit, { maxLength: 12 }), way, lag, (digits, ways, lags) => {
    const scene = talking(true);
    const left = ways.map((by) => digits.map((each) => told(each, by)));
    while (left.some((rest) => rest.length > 0)) {
      const rest = left[lags.next().value ? 0 : 1]!;
      scene.play(
        ...(rest.length > 0 ? rest : left.find((other) => other.length > 0)!).splice(0, 1),
      );
    }
    assert.equal(scene.call("a").digits?.received ?? "", digits.join(""));
  }));
});

Deno.test("what a peer makes up does not fill the memory", () => {
  const scene = talking(true);
  for (let i = 0; i < 3_000; i++) scene.play(told("1", "info"));
  const { received, recent } = scene.call("a").digits!;
  assert.deepEqual([received.length, recent.length], [1_000, 40]);
});
