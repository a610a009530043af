/** Signalling over UDP that loses 30 % each way, duplicates and reorders: every call connects and ends. */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { callJson, Offhook } from "../peers/offhook.ts";
import { type Impairment, Relay } from "../peers/relay.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { Sipp } from "../peers/sipp.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { testWith } from "../support/skip.ts";

const BAD: Impairment = { loss: 0.3, duplicate: 0.05, reorder: 0.05, jitterMs: 20 };

/** sipp takes a 180 that comes after the 200 for an error: no reordering for it. */
const LOSSY: Impairment = { loss: 0.3, duplicate: 0.1 };

const CALLS = 8;

/** Runs calls side by side, each with a seed of its own; every one must hold. */
async function each(run: (seed: number) => Promise<void>): Promise<void> {
  const seeds = Array.from({ length: CALLS }, (_, i) => i + 1);
  const results = await Promise.allSettled(seeds.map((seed) => run(seed)));
  const failures = results.flatMap((result, i) =>
    result.status === "rejected" ? [`seed ${seeds[i]}: ${result.reason.message}`] : []
  );
  assert.deepEqual(failures, []);
}

const SILENT = ["--mic", "silence", "--speaker", "null", "--json"];

/** Our phone calls baresip, and ends the call. */
async function callOut(scratch: Scratch, seed: number): Promise<void> {
  const says = await spokenWav();
  const name = `called-${seed}`;
  const baresip = await Baresip.start(scratch, { user: "bob", says, autoAnswer: true, name });
  const target = { hostname: "127.0.0.1", port: baresip.port };
  const relay = Relay.start(scratch, { target, seed, sip: true, ...BAD });
  const result = await Offhook.run(scratch, [
    ...["dial", `sip:bob@127.0.0.1:${relay.port}`, "--duration", "1s", ...SILENT],
  ], { name: `calls-${seed}` });
  const call = callJson(result);
  assert.equal(result.status, 0, JSON.stringify(call));
  assert.equal(call.endedBy, "local");
  await baresip.waitForEvent("CALL_CLOSED", 35_000);
}

/** sipp calls our phone, and ends the call; the phone stays, to answer what is repeated. */
async function callIn(scratch: Scratch, seed: number): Promise<void> {
  const args = ["answer", "--listen", "127.0.0.1:0", "--count", "0", ...SILENT];
  const phone = Offhook.start(scratch, args, { name: `answers-${seed}` });
  const [, port] = await phone.waitFor("stderr", /waiting for calls on \S+:(\d+) \(udp\)/);
  const target = { hostname: "127.0.0.1", port: Number(port) };
  const relay = Relay.start(scratch, { target, seed, sip: true, ...LOSSY });
  const calls = `127.0.0.1:${relay.port}`;
  const sipp = await Sipp.start(scratch, { scenario: "call", calls, name: `calling-${seed}` });
  await sipp.finished();
  phone.interrupt();
  const call = callJson(await phone.finished);
  assert.equal(call.outcome, "answered", JSON.stringify(call));
  assert.equal(call.endedBy, "remote");
}

const LIMIT = { timeout: 120_000 };

testWith(
  ["baresip", "sox", "espeak"],
  `${CALLS} calls out over a network that loses 30 % each way connect and end`,
  () => withScratch((scratch) => each((seed) => callOut(scratch, seed))),
  LIMIT,
);

testWith(
  ["sipp"],
  `${CALLS} calls in over a network that loses 30 % each way connect and end`,
  () => withScratch((scratch) => each((seed) => callIn(scratch, seed))),
  LIMIT,
);
