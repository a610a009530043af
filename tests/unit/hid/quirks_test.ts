/** Quirks: which fit, which win, and how files of them are refused. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import { STANDARD_BEHAVIOUR } from "../../../src/hid/behaviour.ts";
import {
  behaviourOf,
  type DeviceIdentity,
  KNOWN_QUIRKS,
  type Quirk,
  quirkFromJson,
  quirkToJson,
} from "../../../src/hid/quirks.ts";
import { Usage } from "../../../src/hid/usages.ts";

const DEVICE: DeviceIdentity = {
  vendorId: 0x1209,
  productId: 0x0001,
  name: "Test Headset 50 Stereo",
  collections: [Usage.headset],
};

function quirk(match: Quirk["match"], behaviour: Quirk["behaviour"] = { ignoreOnHookMs: 500 }) {
  return { match, behaviour, reason: "It is a test." };
}

Deno.test("a quirk fits when all that it names fits", () => {
  const cases: [Quirk["match"], boolean][] = [
    [{}, false],
    [{ vendorId: 0x1209 }, true],
    [{ vendorId: 0x1209, productId: 1 }, true],
    [{ vendorId: 0x1209, productId: 2 }, false],
    [{ name: "headset 50" }, true],
    [{ name: "headset 51" }, false],
    [{ usage: Usage.headset }, true],
    [{ vendorId: 0x1209, usage: Usage.hookSwitch }, false],
  ];
  for (const [match, expected] of cases) {
    const { behaviour, reasons } = behaviourOf(DEVICE, [quirk(match)]);
    assert.equal(behaviour.ignoreOnHookMs, expected ? 500 : 0, JSON.stringify(match));
    assert.deepEqual(reasons, expected ? ["It is a test."] : []);
  }
});

Deno.test("later quirks win, entries that none names stay standard", () => {
  const { behaviour } = behaviourOf(DEVICE, [
    quirk({ vendorId: 0x1209 }, { ignoreOnHookMs: 500, momentaryHook: true }),
    quirk({ name: "Stereo" }, { ignoreOnHookMs: 300 }),
  ]);
  assert.deepEqual(behaviour, { ...STANDARD_BEHAVIOUR, ignoreOnHookMs: 300, momentaryHook: true });
  assert.deepEqual(behaviourOf(DEVICE).behaviour, STANDARD_BEHAVIOUR);
});

Deno.test("every known quirk changes something, says why, and survives its file", () => {
  for (const known of KNOWN_QUIRKS) {
    assert.ok(Object.keys(known.behaviour).length > 0);
    assert.match(known.reason, /\.$/);
    const json = JSON.parse(JSON.stringify(quirkToJson(known)));
    assert.deepEqual(quirkFromJson(json, "file"), known);
  }
});

Deno.test("a quirk file has hex ids and all kinds of entries", () => {
  const full: Quirk = {
    match: { vendorId: 0x0b0e, productId: 0x10, name: "x", usage: Usage.headset },
    reason: "Its reject button is not in the descriptor.",
    behaviour: {
      mechanicalHook: true,
      acknowledgeMs: 100,
      extraButtons: [{ input: "reject", reportId: 2, bitOffset: 9, mode: "relative" }],
      ignoredUsages: [Usage.drop],
    },
  };
  const json = quirkToJson(full);
  assert.deepEqual(json.match, {
    vendorId: "0b0e",
    productId: "0010",
    name: "x",
    usage: "000b0005",
  });
  assert.deepEqual(quirkFromJson(JSON.parse(JSON.stringify(json)), "file"), full);
});

Deno.test("a wrong quirk file is refused with the path and what is allowed", () => {
  const good = { match: { vendorId: "1209" }, reason: "So.", behaviour: {} };
  const cases: [unknown, RegExp][] = [
    [[], /the file is \[\], but must be an object/],
    [{ ...good, reason: "" }, /reason is "", but must be a sentence/],
    [{ ...good, match: {} }, /match is \{\}, but must be at least one of/],
    [{ ...good, match: { vendorId: "209" } }, /match.vendorId is "209", but must be 4 hex digits/],
    [{ ...good, match: { vendor: 1 } }, /match.vendor is 1, but must be one of vendorId/],
    [{ ...good, match: { name: "" } }, /match.name/],
    [{ ...good, behaviour: { momentaryHook: 1 } }, /momentaryHook is 1, but must be true or false/],
    [{ ...good, behaviour: { acknowledgeMs: -1 } }, /acknowledgeMs is -1.*from 0 to 60000/],
    [{ ...good, behaviour: { lamp: 1 } }, /behaviour.lamp is 1, but must be one of/],
    [{ ...good, behaviour: { extraButtons: {} } }, /extraButtons is \{\}, but must be a list/],
    [
      { ...good, behaviour: { extraButtons: [{ input: "lamp" }] } },
      /extraButtons\[0\].input is "lamp", but must be hookSwitch/,
    ],
    [
      { ...good, behaviour: { extraButtons: [{ input: "hold", mode: "x" }] } },
      /\[0\].mode is "x", but must be absolute or relative/,
    ],
    [{ ...good, behaviour: { ignoredUsages: ["b0020"] } }, /ignoredUsages\[0\].*8 hex digits/],
  ];
  for (const [json, message] of cases) {
    assert.throws(() => quirkFromJson(json, "file"), (error) => {
      assert.ok(error instanceof OffhookError && error.code === "config-invalid");
      assert.match(error.message, message);
      return true;
    });
  }
});
