/** sipp calls our phone: with and without an offer, with hold, 100rel, CANCEL and unknown extensions. */
import assert from "node:assert/strict";
import { callJson, Offhook } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { Sipp } from "../peers/sipp.ts";
import { testWith } from "../support/skip.ts";

interface Answering {
  phone: Offhook;
  /** `host:port` where it listens. */
  address: string;
}

async function answering(scratch: Scratch, more: string[] = []): Promise<Answering> {
  const phone = Offhook.start(scratch, [
    ...["answer", "--listen", "127.0.0.1:0", "--json", "--timeout", "20s"],
    ...["--mic", "tone", "--speaker", "null", ...more],
  ]);
  const [, address] = await phone.waitFor("stderr", /waiting for calls on (\S+) \(udp\)/);
  return { phone, address };
}

function answers(name: string, scenario: string, more: string[] = []): void {
  testWith(["sipp"], name, () =>
    withScratch(async (scratch) => {
      const { phone, address } = await answering(scratch, more);
      const sipp = await Sipp.start(scratch, { scenario, calls: address });
      await sipp.finished();
      const result = await phone.finished;
      assert.equal(result.status, 0, result.stderr);
      const call = callJson(result);
      assert.equal(call.outcome, "answered");
      assert.ok(call.media.sent > 20, JSON.stringify(call.media));
    }));
}

answers("answers a call with an offer", "call");
answers("answers a call without an offer", "call_without_offer");
answers("answers hold and resume", "call_and_hold");
answers("ends the call that it answered", "call_until_hung_up", ["--duration", "1s"]);
answers("rings reliably when the caller requires 100rel", "call_with_100rel");

testWith(
  ["sipp"],
  "a call is refused with the status that was asked for",
  () =>
    withScratch(async (scratch) => {
      const { phone, address } = await answering(scratch, ["--reject", "486"]);
      const sipp = await Sipp.start(scratch, { scenario: "call_expects_486", calls: address });
      await sipp.finished();
      const result = await phone.finished;
      assert.equal(result.status, 0, result.stderr);
      assert.equal(callJson(result).sipStatus, 486);
    }),
);

testWith(
  ["sipp"],
  "an unknown required extension is refused by name, and the next call is taken",
  () =>
    withScratch(async (scratch) => {
      const { phone, address } = await answering(scratch);
      const strange = { scenario: "call_with_unknown_require", calls: address };
      await (await Sipp.start(scratch, strange)).finished();
      await (await Sipp.start(scratch, { scenario: "call", calls: address })).finished();
      assert.equal((await phone.finished).status, 0);
    }),
);

testWith(
  ["sipp"],
  "OPTIONS outside a call is answered with what the phone can do",
  () =>
    withScratch(async (scratch) => {
      const { phone, address } = await answering(scratch);
      await (await Sipp.start(scratch, { scenario: "options", calls: address })).finished();
      phone.interrupt();
      assert.equal((await phone.finished).status, 130);
    }),
);
