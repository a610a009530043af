/** Core and media together, in virtual time: one direction of a call is lost, and comes back. */
import assert from "node:assert/strict";
import type { Sequenced } from "../../../src/control/contract/phone.ts";
import type { MediaInput } from "../../../src/core/ports/media_port.ts";
import type { CallLimits } from "../../../src/core/state/call.ts";
import { initialState } from "../../../src/core/step.ts";
import { CoreLoop } from "../../../src/station/phone/core_loop.ts";
import { EngineBench, TONE } from "../../fakes/media/engine_call.ts";
import { accepted, ACCOUNT, SETTINGS, theirs } from "../../unit/core/scene.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";

/** A phone that talks with the bench's other end. */
async function talking(limits: CallLimits = {}) {
  await loadResampler();
  const bench = new EngineBench();
  const { a, b, clock } = bench;
  const { push } = a.inputs;
  await b.open(TONE);
  const events: Sequenced[] = [];
  const settings = { ...SETTINGS, endpoints: TONE };
  const core: CoreLoop = new CoreLoop(initialState(settings, [ACCOUNT]), {
    sip: (effect) => {
      if (effect.type === "SendInvite") {
        const description = theirs({ address: b.address, port: b.port });
        queueMicrotask(() => core.submit(accepted(effect.call, description) as never));
      }
      if (effect.type === "SendBye") {
        core.submit({ type: "CallEnded", call: effect.call, by: "local", reason: "" });
      }
    },
    media: (effect) => a.engine.perform(effect),
  }, clock);
  core.listen((event) => events.push(event));
  a.inputs.push = (...inputs: MediaInput[]) => {
    for (const input of inputs) core.submit(input);
    return push.apply(a.inputs, inputs);
  };
  const dial = { type: "Dial", call: a.call, account: "desk", target: "sip:bob@example.test" };
  core.command({ ...dial, limits } as never);
  for (let i = 0; i < 1_000 && a.of("MediaStarted").length === 0; i++) {
    await bench.run(0);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await b.start(a);
  await bench.run(5_000);
  const silences = () =>
    events.flatMap((event) =>
      event.type === "call.silence" ? [{ ...event.detail, at: event.at }] : []
    );
  const close = async () => {
    core.close();
    await bench.close();
  };
  return { bench, a, b, core, events, silences, close };
}

const isRtp = ({ to }: { to: { port: number } }) => to.port % 2 === 0;

Deno.test("what they send is lost: told after three seconds, and when it is back, to both in time", async () => {
  const { bench, b, core, silences, close } = await talking();
  assert.deepEqual(silences(), []);
  const lostAt = bench.clock.now();
  bench.net.fate = (datagram) => datagram.from.address === b.address && isRtp(datagram) ? [] : [1];
  await bench.run(2_900);
  assert.deepEqual(silences(), []);
  await bench.run(200);
  const [silence] = silences();
  assert.ok(silence?.silent && silence.direction === "incoming");
  assert.equal(silence.cause, "reports-only", "its RTCP still comes");
  const view = [...core.state.calls.values()][0];
  assert.equal(view?.silences?.incoming?.cause, "reports-only");
  await bench.run(6_900);
  bench.net.fate = () => [1];
  await bench.run(60);
  const [, back] = silences();
  assert.ok(back !== undefined && !back.silent);
  assert.ok(Math.abs(back.lastedMs - (bench.clock.now() - lostAt)) < 100, `${back.lastedMs}`);
  await bench.run(5_000);
  assert.equal(silences().length, 2, "once each");
  await close();
});

Deno.test("what we send is lost: the other side's reports tell it, and that it arrives again", async () => {
  const { bench, a, silences, close } = await talking();
  bench.net.fate = (datagram) => datagram.from.address === a.address && isRtp(datagram) ? [] : [1];
  await bench.run(25_000);
  const [silence] = silences();
  assert.ok(silence?.silent && silence.direction === "outgoing");
  assert.equal(silence.cause, "not-arriving");
  bench.net.fate = () => [1];
  await bench.run(10_000);
  assert.deepEqual(silences().map(({ direction, silent }) => [direction, silent]), [
    ["outgoing", true],
    ["outgoing", false],
  ]);
  await close();
});

Deno.test("a limit of silence ends the call with the last cause, and media reports how long", async () => {
  const { bench, b, events, close } = await talking({ silenceMs: 20_000 });
  bench.net.fate = ({ from }) => from.address === b.address ? [] : [1];
  for (let i = 0; i < 40 && !events.some(({ type }) => type === "call.ended"); i++) {
    await bench.run(1_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const ended = events.find((event) => event.type === "call.ended");
  assert.ok(ended?.type === "call.ended");
  const { outcome, error, report, silence } = ended.record;
  assert.deepEqual([outcome, error?.code], ["media-failed", "media-failed"]);
  assert.equal(silence?.incoming?.cause, "stopped", "its reports stopped with its sound");
  assert.ok(report!.longestSilentMs >= 20_000, `${report!.longestSilentMs}`);
  await close();
});

Deno.test("a call that both hear is told nothing of, whatever is lost now and then", async () => {
  const { bench, silences, close } = await talking();
  let datagrams = 0;
  bench.net.fate = () => datagrams++ % 7 === 0 ? [] : [1];
  await bench.run(30_000);
  assert.deepEqual(silences(), []);
  await close();
});
