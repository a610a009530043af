/**
 * The three ways through the phone that must stay short: which modules a microphone frame, an RTP
 * packet and a headset's button pass, read off the call stack where each arrives. A module more in
 * between fails here and is to be argued for in docs/architecture.md.
 */
import assert from "node:assert/strict";
import { EngineBench, QUIET, TONE } from "../fakes/media/engine_call.ts";
import { NullSink } from "../../src/audio/null.ts";
import { JitterBuffer } from "../../src/media/jitter/jitter_buffer.ts";
import { CoreLoop } from "../../src/station/phone/core_loop.ts";
import { initialState } from "../../src/core/step.ts";
import { accepted, ACCOUNT, SETTINGS } from "../unit/core/scene.ts";

/** The modules of `src` on the stack, outermost first, each once. */
function way(): string[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = before;
  const modules = [...stack.matchAll(/\/src\/([\w/]+\.ts):/g)].map(([, module]) => module);
  return [...new Set(modules.reverse())];
}

Deno.test("a microphone frame passes bridge, encoder, packetizer and socket", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  let seen: string[] | undefined;
  bench.net.fate = ({ from }) => {
    if (from.address === bench.a.address && from.port % 2 === 0) seen ??= way();
    return [1];
  };
  await bench.run(100);
  await bench.close();
  assert.deepEqual(seen, [
    "media/clock.ts",
    "media/worker/engine.ts",
    "media/call/call_media.ts",
    "media/sound/bridge.ts",
    "media/stream/media_stream.ts",
    "media/stream/outbound.ts",
    "media/rtp/sender.ts",
    "media/transport/plain_transport.ts",
  ]);
});

Deno.test("a datagram passes transport and stream into the jitter buffer", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  const original = JitterBuffer.prototype.put;
  let seen: string[] | undefined;
  JitterBuffer.prototype.put = function (...args) {
    seen ??= way();
    return original.apply(this, args);
  };
  try {
    await bench.run(100);
  } finally {
    JitterBuffer.prototype.put = original;
    await bench.close();
  }
  assert.deepEqual(seen, [
    "media/transport/plain_transport.ts",
    "media/call/call_media.ts",
    "media/stream/media_stream.ts",
    "media/stream/inbound.ts",
  ]);
});

Deno.test("a packet passes receiver and jitter buffer; the clock pulls it to the speaker", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  const original = NullSink.prototype.write;
  let seen: string[] | undefined;
  NullSink.prototype.write = function (...args) {
    seen ??= way();
    return original.apply(this, args);
  };
  try {
    await bench.run(100);
  } finally {
    NullSink.prototype.write = original;
    await bench.close();
  }
  assert.deepEqual(seen, [
    "media/clock.ts",
    "media/worker/engine.ts",
    "media/call/call_media.ts",
    "media/sound/bridge.ts",
    "media/sound/local_party.ts",
    "media/sound/live_sink.ts",
  ]);
});

Deno.test("a button's wish passes one queue and one step to signalling", () => {
  let seen: string[] | undefined;
  const core: CoreLoop = new CoreLoop(initialState(SETTINGS, [ACCOUNT]), {
    sip: (effect) => {
      if (effect.type === "SendBye") seen = way();
    },
    media: ({ type, call }) => {
      if (type !== "OpenMedia") return;
      core.submit({ type: "MediaOpened", call, port: 5000, rtcpPort: 5001 });
    },
  });
  core.command({ type: "Dial", call: "a", account: "desk", target: "sip:bob@example.test" });
  core.submit(accepted("a") as never);
  core.submit({ type: "HeadsetIntent", headset: "h", intent: { type: "hookOn" } });
  core.close();
  assert.deepEqual(seen, ["station/phone/core_loop.ts"]);
});
