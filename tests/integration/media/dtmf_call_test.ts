/** Digits between two media workers on loopback. */
import assert from "node:assert/strict";
import type { AudioEndpoints } from "../../../src/core/ports/media_port.ts";
import { MediaParty } from "../../fakes/media_party.ts";

const QUIET: AudioEndpoints = { microphone: { kind: "silence" }, speaker: { kind: "null" } };

for (const events of [true, false]) {
  Deno.test(`digits cross as ${events ? "telephone-events" : "tones"}`, async () => {
    const [caller, callee] = [new MediaParty(), new MediaParty()];
    try {
      await caller.open(QUIET);
      await callee.open(QUIET);
      const changes = events ? {} : { sendEvents: undefined, receiveEvents: undefined };
      caller.start(callee, "PCMU", changes);
      callee.start(caller, "PCMU", changes);
      await callee.next("MediaHeard");
      const digits = "15*#D";
      caller.worker.perform({
        type: "SendDigits",
        call: caller.call,
        digits,
        durationMs: 100,
        by: "rfc4733",
      });
      assert.deepEqual((await caller.next("DigitsSent")).digits, digits);
      let got = "";
      while (got.length < digits.length) {
        const { digit, durationMs } = await callee.next("DigitReceived");
        assert.ok(Math.abs(durationMs - 100) <= (events ? 0 : 30), `${digit}: ${durationMs} ms`);
        got += digit;
      }
      assert.equal(got, digits);
      const { report } = await callee.close();
      assert.equal(report.dtmfReceived, digits);
      assert.equal(report.lost, 0);
      assert.equal((await caller.close()).report.dtmfSent, digits);
    } finally {
      await caller.stop();
      await callee.stop();
    }
  });
}
