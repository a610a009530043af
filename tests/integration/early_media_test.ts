/** Sound before the answer, asked for by a program and heard by the caller. */
import assert from "node:assert/strict";
import { heard, LOUD, sound, ToldPhone, tone } from "../fakes/told_phone.ts";
import { readWav } from "../support/wav.ts";
import { toneAmplitude } from "../fakes/tone.ts";

async function ringing(): Promise<
  { caller: ToldPhone; called: ToldPhone; out: string; call: string }
> {
  const caller = await ToldPhone.open(sound({ kind: "silence" }));
  const called = await ToldPhone.open(sound(tone(1_300)));
  const [{ port }] = called.phone.listening;
  const target = `sip:x@127.0.0.1:${port}`;
  const { call: out } = await caller.phone.request("dial", { account: "direct", target });
  const { call: { id: call } } = await called.until("call.incoming");
  await called.phone.request("earlyMedia", { call, endpoints: sound(tone(500)) });
  await caller.until("call.heard");
  return { caller, called, out, call };
}

Deno.test("an announcement before the answer, then the phone's own microphone", async () => {
  const { caller, called, out, call } = await ringing();
  await using _ = caller;
  await using __ = called;
  await heard(caller, out, 500);
  assert.ok(!caller.events.some(({ type }) => type === "call.answered"));
  await called.phone.request("answer", { call });
  await heard(caller, out, 1_300);
});

Deno.test("an announcement, then a refusal: the call was never answered", async () => {
  const { caller, called, out, call } = await ringing();
  await using _ = caller;
  await using __ = called;
  await heard(caller, out, 500);
  await called.phone.request("reject", { call, status: 404 });
  const { record } = await caller.until("call.ended");
  assert.deepEqual([record.outcome, record.answeredAt], ["not-found", undefined]);
});

Deno.test("a call that had sound before is recorded from its answer on", async () => {
  const folder = await Deno.makeTempDir();
  const record = `${folder}/call.wav`;
  try {
    const { caller, called, out, call } = await ringing();
    await using _ = caller;
    await using __ = called;
    await called.phone.request("answer", { call, endpoints: { ...sound(tone(900)), record } });
    await heard(caller, out, 900);
    await called.phone.request("hangup", { call });
    await called.until("call.ended");
    const { samples, rate } = await readWav(record, 0);
    const last = Int16Array.from(samples.slice(-rate / 10), (sample) => sample * 32_767);
    assert.ok(toneAmplitude(last, 900, rate) > LOUD);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
