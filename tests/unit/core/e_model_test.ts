/** The E-model: worked values of ITU-T G.107, and what must hold for any measurement. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { delayImpairment, mosOf, scoreOf } from "../../../src/core/media/e_model.ts";

Deno.test("MOS of a rating factor (G.107 table B.1)", () => {
  for (const [r, mos] of [[90, 4.34], [80, 4.03], [70, 3.6], [60, 3.1], [50, 2.58]] as const) {
    assert.ok(Math.abs(mosOf(r) - mos) < 0.007, `${r}: ${mosOf(r)}`);
  }
  assert.deepEqual([mosOf(-5), mosOf(0), mosOf(3), mosOf(100), mosOf(120)], [1, 1, 1, 4.5, 4.5]);
});

Deno.test("what the default values of the model give without loss and delay", () => {
  assert.deepEqual(scoreOf({ codec: "PCMU", loss: 0 }), { r: 93.2, mos: 4.41 });
  assert.deepEqual(scoreOf({ codec: "pcma", loss: 0 }, 100), { r: 93.2, mos: 4.41 });
  assert.deepEqual(scoreOf({ codec: "G722", loss: 0 }), { r: 116, mos: 4.34 });
  assert.equal(scoreOf({ codec: "GSM", loss: 0 }), undefined);
});

Deno.test("the loss of G.711 by its robustness, with and without concealment (G.113 appendix I)", () => {
  // Ie,eff = 95 × Ppl ÷ (Ppl + Bpl)
  const r = (unconcealed: boolean) => scoreOf({ codec: "PCMU", loss: 0.02, unconcealed })!.r;
  assert.equal(r(false), 86.2);
  assert.equal(r(true), 63);
  const burst = scoreOf({ codec: "PCMU", loss: 0.1, burstRatio: 2 })!;
  // 95 × 10 ÷ (10 ÷ 2 + 25.1) = 31.6
  assert.equal(burst.r, 61.6);
});

Deno.test("a delay is minded from 100 ms on (G.107 §7.4)", () => {
  assert.deepEqual([0, 50, 100].map(delayImpairment), [0, 0, 0]);
  // Figures that the formula gives: 150 ms costs next to nothing, 400 ms a class of users.
  assert.ok(delayImpairment(150) < 1);
  assert.ok(Math.abs(delayImpairment(200) - 3.04) < 0.1, `${delayImpairment(200)}`);
  assert.ok(Math.abs(delayImpairment(400) - 24.1) < 1.2, `${delayImpairment(400)}`);
});

Deno.test("more loss, longer bursts and a longer way never score better, nor out of the scale", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const ms = fc.double({ min: 0, max: 100_000, noNaN: true });
  const codec = fc.constantFrom("PCMU", "PCMA", "G722", "OPUS");
  const ratio = fc.double({ min: 1, max: 50, noNaN: true });
  fc.assert(fc.property(codec, share, share, ms, ms, ratio, (codec, a, b, m, n, burstRatio) => {
    const score = (loss: number, oneWayMs: number, ratio: number) => {
      const found = scoreOf({ codec, loss, burstRatio: ratio }, oneWayMs)!;
      assert.ok(found.r >= 0 && found.r <= 129 && found.mos >= 1 && found.mos <= 4.5);
      return found.r;
    };
    const [less, more] = [Math.min(a, b), Math.max(a, b)];
    const [near, far] = [Math.min(m, n), Math.max(m, n)];
    assert.ok(score(less, near, 1) >= score(more, near, 1));
    assert.ok(score(less, near, 1) >= score(less, near, burstRatio));
    assert.ok(score(less, near, 1) >= score(less, far, 1));
  }));
});
