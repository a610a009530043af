/** An error's message is a part of a sentence; whoever shows it as a sentence gives the full stop. */
import assert from "node:assert/strict";
import { OffhookError, sentences, withoutStop } from "../../../src/base/errors.ts";

Deno.test("a message has no final full stop, whoever wrote it", () => {
  const told = (message: string) => new OffhookError("busy", message).message;
  assert.equal(told("the peer is busy."), "the peer is busy");
  assert.equal(told("486 Busy. "), "486 Busy");
  assert.equal(told("it goes on..."), "it goes on...");
  assert.equal(told("it goes on…"), "it goes on…");
  assert.equal(told("who is it?"), "who is it?");
  const crossed = OffhookError.fromJSON({ code: "busy", message: "An older station's words." });
  assert.equal(crossed.message, "An older station's words");
});

Deno.test("a text that is shown as a sentence ends with one full stop", () => {
  assert.equal(sentences("the peer is busy", "Try later."), "the peer is busy. Try later.");
  assert.equal(sentences("486 Busy.", undefined), "486 Busy.");
  assert.equal(sentences("who?", "", "Say it"), "who? Say it.");
  assert.equal(withoutStop(sentences("a", "B.")), "a. B");
});
