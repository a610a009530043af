/** Values of flags: what is read, and what is said of the rest. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import { parseMicrophone, parseSpeaker } from "../../../src/config/values/endpoints.ts";
import { durationMs } from "../../../src/cli/args/readers.ts";
import { dtmfDigits } from "../../../src/cli/phone_fields/phone_readers.ts";
import { readHeader, readListenAddress } from "../../../src/cli/phone_fields/phone_readers.ts";

/** Each text gives the value, or an error that matches. */
function table<T>(parse: (text: string) => T, rows: [string, T | RegExp][]) {
  for (const [text, expected] of rows) {
    if (!(expected instanceof RegExp)) assert.deepEqual(parse(text), expected, text);
    else {
      assert.throws(() => parse(text), (error: OffhookError) => {
        assert.equal(error.exitCode, 2, text);
        assert.match(error.message, expected, text);
        return true;
      });
    }
  }
}

Deno.test("durations", () => {
  table(durationMs, [
    ["30", 30_000],
    ["30s", 30_000],
    ["2m", 120_000],
    ["1m30s", 90_000],
    ["1.5s", 1500],
    ["0.5", 500],
    ["250ms", 250],
    ["1h", 3_600_000],
    ["", /is not a duration/],
    ["s", /is not a duration/],
    ["5x", /is not a duration/],
    ["1m30", /is not a duration/],
    ["-5", /is not a duration/],
    ["1e3", /is not a duration/],
    ["0", /is not between 1ms and 24 days/],
    ["99999999999", /is not between/],
  ]);
});

Deno.test("DTMF sequences", () => {
  table(dtmfDigits, [
    ["1,w2,3#", "1,w2,3#"],
    ["1W2", "1w2"],
    ["*a-d", "*AD"],
    ["12 34", "1234"],
    ["", /empty/],
    ["12E", /"E" in "12E" is not a DTMF digit/],
    ["12x", /"x" in "12x" is not a DTMF digit/],
    ["1\r\n2x", /is not a DTMF digit/],
  ]);
});

Deno.test("addresses to listen on", () => {
  table(readListenAddress, [
    ["127.0.0.1:5070", "127.0.0.1:5070"],
    ["127.0.0.1:0", "127.0.0.1:0"],
    ["[::1]:5060", "[::1]:5060"],
    ["127.0.0.1", /is not ADDRESS:PORT/],
    [":5060", /is not ADDRESS:PORT/],
    ["host:99999", /is not ADDRESS:PORT/],
  ]);
});

Deno.test("headers", () => {
  table(readHeader, [
    ["X-Queue: sales", { name: "X-Queue", value: "sales" }],
    ["Subject:a: b", { name: "Subject", value: "a: b" }],
    ["X-Empty:", { name: "X-Empty", value: "" }],
    ["X-Queue", /is not NAME:VALUE/],
    ["X Queue: a", /"X Queue" is not the name of a header/],
    [": a", /"" is not the name/],
    ["X: a\r\nVia: b", /control characters/],
  ]);
});

Deno.test("audio endpoints", () => {
  const defaults = { rate: 8000, loop: true, device: "Headset" };
  table((text) => parseMicrophone(text, defaults), [
    ["device", { kind: "device", name: "Headset" }],
    ["device:USB: 2", { kind: "device", name: "USB: 2" }],
    ["file:a b.wav", { kind: "file", path: "a b.wav", loop: true }],
    ["pipe", { kind: "pipe", rate: 8000 }],
    ["tone", { kind: "tone", frequency: 1004, level: -10 }],
    ["tone:440", { kind: "tone", frequency: 440, level: -10 }],
    ["voice", { kind: "voice" }],
    ["silence", { kind: "silence" }],
    ["file", /lacks the path/],
    ["file:", /lacks the path/],
    ["pipe:8000", /nothing may follow/],
    ["tone:9e9", /20 to 7000 hertz/],
    ["tine", /is not a microphone/],
    ["", /is not a microphone/],
  ]);
  table((text) => parseSpeaker(text, { rate: 8000 }), [
    ["device", { kind: "device" }],
    ["file:out.wav", { kind: "file", path: "out.wav" }],
    ["pipe", { kind: "pipe", rate: 8000 }],
    ["null", { kind: "null" }],
    ["tone", /is not a speaker/],
  ]);
});
