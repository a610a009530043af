/** Cost of one 20 ms frame in each part of the media graph, and of whole calls in virtual time. */
import { FRAME_SAMPLES } from "../src/audio/endpoint.ts";
import { loadResampler, Resampler } from "../src/audio/resampler.ts";
import { VoiceSignal } from "../src/audio/voice.ts";
import { voiceSamples } from "../tests/support/voice_samples.ts";
import { createCodec, loadCodecs } from "../src/media/codec/registry.ts";
import { ToneDetector } from "../src/media/dtmf/tone_detector.ts";
import { Concealer } from "../src/media/jitter/concealer.ts";
import { PcmBuffer } from "../src/media/jitter/pcm_buffer.ts";
import { Playout } from "../src/media/jitter/playout.ts";
import { Bridge } from "../src/media/sound/bridge.ts";
import { parseRtp, RtpPacket, writeRtpHeader } from "../src/media/rtp/packet.ts";
import { EngineBench, QUIET, TONE } from "../tests/fakes/media/engine_call.ts";
import { formatOf } from "../tests/fakes/media_party.ts";

await loadResampler();
await loadCodecs(["OPUS"]);
const frame = voiceSamples(1).slice(24_000, 24_000 + FRAME_SAMPLES);
const at8k = frame.filter((_, i) => i % 6 === 0);
const at16k = frame.filter((_, i) => i % 3 === 0);

for (const [encoding, pcm] of [["PCMU", at8k], ["G722", at16k]] as const) {
  const codec = createCodec(formatOf(encoding));
  const payload = new Uint8Array(160);
  codec.encode(pcm, payload, 0);
  const out = new Int16Array(pcm.length);
  Deno.bench(`${encoding} encode`, { group: "codec" }, () => void codec.encode(pcm, payload, 0));
  Deno.bench(`${encoding} decode`, { group: "codec" }, () => void codec.decode(payload, out));
}

for (const loss of [0, 0.1]) {
  const codec = createCodec(formatOf("OPUS"));
  codec.tune?.(loss);
  const payload = new Uint8Array(1500);
  // A frame again and again is another sound than speech: a second of it goes round.
  const voice = voiceSamples(2);
  let at = 0;
  const next = () => {
    at = (at + FRAME_SAMPLES) % (voice.length - FRAME_SAMPLES);
    return codec.encode(voice.subarray(at, at + FRAME_SAMPLES), payload, 0);
  };
  const packet = payload.slice(0, next());
  const out = new Int16Array(FRAME_SAMPLES);
  const name = loss > 0 ? "OPUS with FEC" : "OPUS";
  Deno.bench(`${name} encode`, { group: "codec" }, () => void next());
  Deno.bench(`${name} decode`, { group: "codec" }, () => void codec.decode(packet, out));
}

for (const rate of [8000, 16_000]) {
  const down = new Resampler(48_000, rate);
  const up = new Resampler(rate, 48_000);
  const low = new Int16Array(rate / 50);
  const high = new Int16Array(FRAME_SAMPLES);
  const name = `${rate / 1000} kHz`;
  Deno.bench(`48 → ${name}`, { group: "resample" }, () => void down.process(frame, low));
  Deno.bench(`${name} → 48`, { group: "resample" }, () => void up.process(low, high));
}

const datagram = new Uint8Array(172);
const packet = new RtpPacket();
let sequence = 0;
Deno.bench("RTP header write and parse", { group: "rtp" }, () => {
  writeRtpHeader(datagram, false, 0, sequence++ & 0xffff, sequence * 160, 1);
  parseRtp(datagram, packet);
});

for (const [encoding, loss] of [["PCMU", 0], ["PCMU", 5], ["G722", 0]] as const) {
  const codec = createCodec(formatOf(encoding));
  const playout = new Playout(8000, codec.sampleRate, () => codec);
  const received = new RtpPacket();
  received.payload = new Uint8Array(160);
  codec.encode(encoding === "PCMU" ? at8k : at16k, received.payload, 0);
  const into = new Int16Array(FRAME_SAMPLES);
  let k = 0;
  Deno.bench(`playout ${encoding}, every ${loss}th lost`, { group: "playout" }, () => {
    received.timestamp = (k * 160) >>> 0;
    if (loss === 0 || k % loss !== 0) playout.jitter.put(received, k * 20);
    playout.pull(k * 20 + 9, into);
    k++;
  });
}

for (const rate of [8000, 16_000]) {
  const pcm = new PcmBuffer(rate);
  const concealer = new Concealer(rate);
  pcm.append(rate === 8000 ? at8k : at16k);
  pcm.append(rate === 8000 ? at8k : at16k);
  const out = new Int16Array(rate / 50);
  Deno.bench(`first concealed frame, ${rate / 1000} kHz`, { group: "playout" }, () => {
    concealer.reset();
    concealer.conceal(pcm, out.length);
    pcm.take(out);
  });
}

const voice = new VoiceSignal();
const scratch = new Int16Array(FRAME_SAMPLES);
Deno.bench("voice", { group: "sources" }, () => voice.next(scratch));
const detector = new ToneDetector(48_000, () => {});
Deno.bench("DTMF detection", { group: "sources" }, () => detector.add(frame));

for (const count of [2, 3, 8]) {
  const bridge = new Bridge();
  const heard = new Int16Array(1);
  for (let i = 0; i < count; i++) {
    const party = { speak: () => frame, hear: (mix: Int16Array) => void (heard[0] = mix[0]!) };
    bridge.join(party, i === 0 ? "near" : "far");
  }
  Deno.bench(`one tick of a bridge of ${count}`, { group: "bridge" }, () => bridge.tick(0));
}

for (const encoding of ["PCMU", "G722"]) {
  const format = formatOf(encoding);
  const bench = await EngineBench.call(TONE, QUIET, {
    sendFormat: format,
    receiveFormats: [format],
  });
  bench.net.sent.push = () => 0;
  bench.clock.advance(1000);
  Deno.bench(`one tick of a ${encoding} call, both ends`, { group: "call" }, () => {
    bench.clock.advance(20);
  });
}
