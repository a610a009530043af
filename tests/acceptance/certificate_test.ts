/**
 * Somebody on the way of the signalling announces another certificate than a phone has: at the start of
 * a call, and in the middle of one. The phone that was told the wrong one ends the call and says why.
 */
import assert from "node:assert/strict";
import { callJson, Offhook, type OffhookResult } from "../peers/offhook.ts";
import { Relay } from "../peers/relay.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { configure, connect } from "../peers/station.ts";

const SOUND = ["--mic", "voice", "--speaker", "null", "--json"];
const WRONG = `$1${"AB:".repeat(31)}AB`;

/** The fingerprints in a message are those of nobody. */
function forged(text: string): string {
  return text.replaceAll(/(a=fingerprint:sha-256 )[0-9A-F:]+/g, WRONG);
}

/** An `answer`, and a way to it that may change messages. */
async function start(scratch: Scratch, alter: (text: string, from: string) => string) {
  const args = ["answer", "--listen", "127.0.0.1:0", "--encryption", "require", ...SOUND];
  const phone = Offhook.start(scratch, args, { name: "answer" });
  const [, port] = await phone.waitFor("stderr", /waiting for calls on \S+:(\d+) \(udp\)/);
  const target = { hostname: "127.0.0.1", port: Number(port) };
  const relay = Relay.start(scratch, { target, sip: true, alter });
  return { phone, place: `127.0.0.1:${relay.port}` };
}

function assertRefused(result: OffhookResult): void {
  assert.equal(result.status, 12, result.stderr);
  const { error } = callJson(result);
  assert.equal(error?.code, "tls-failed");
  assert.match(error.message, /another certificate than signalling announced/);
  assert.match(error.hint ?? "", /Somebody may be in between/);
}

Deno.test("a certificate that the answer did not announce ends the call: 12, and why", () =>
  withScratch(async (scratch) => {
    const alter = (text: string, from: string) => from === "right" ? forged(text) : text;
    const { phone, place } = await start(scratch, alter);
    const dial = ["dial", `sip:test@${place}`, "--encryption", "require", "--keying", "dtls"];
    assertRefused(await Offhook.run(scratch, [...dial, ...SOUND]));
    phone.interrupt();
    await phone.finished;
  }));

Deno.test("a certificate that changes in mid-call, and is not the peer's, ends the call: 12", () =>
  withScratch(async (scratch) => {
    const forging = { on: false };
    const { phone, place } = await start(
      scratch,
      (text, from) => forging.on && from === "left" ? forged(text) : text,
    );
    const account = 'register = false\nencryption = "require"\nkeying = "dtls"';
    const config = await configure(scratch, place, { password: "none", account });
    const station = Offhook.start(scratch, ["station"], { env: config.env, name: "station" });
    await station.waitFor("stderr", /station on/);
    const control = await connect(config.socket);
    scratch.defer(() => control.close());
    const secured = Promise.withResolvers<void>();
    await control.subscribe((event) => {
      if (event.type === "call.security" && event.call.encryption?.suite) secured.resolve();
    });
    const { call } = await control.request("dial", { target: "test" });
    await secured.promise;
    forging.on = true;
    await control.request("hold", { call });
    assertRefused(await phone.finished);
  }));
