// deno-lint-ignore-file no-console
/**
 * How long sound takes from a microphone to an ear: clicks into the null sink that stands for a
 * microphone, found again at the null sink that stands for a speaker; ours and linphone's in one run.
 *
 *     pacat ─► sink `microphone` ─► phone ═ RTP on loopback ═ phone ─► sink `speaker`
 *                    └─ monitor ─► parec          the time between ─────┴─ monitor ─► parec
 *
 *     deno run -P=test bench/mouth_to_ear.ts [ROUNDS] [SECONDS] [CODECS] [PHONES]
 */
import { Linphone } from "../tests/peers/linphone.ts";
import { Offhook } from "../tests/peers/offhook.ts";
import { freePorts } from "../tests/peers/ports.ts";
import { type Scratch, withScratch } from "../tests/peers/scratch.ts";
import { PulseServer } from "../tests/fakes/pulse.ts";
import { seeded } from "../tests/fakes/media/impaired_link.ts";

const ROUNDS = Number(Deno.args[0] ?? 3);
const SECONDS = Number(Deno.args[1] ?? 15);
const RATE = 48_000;
const CODECS = (Deno.args[2] ?? "PCMU,OPUS").split(",");
const PHONES = (Deno.args[3] ?? "offhook,linphone").split(",");
/** Until then buffers have settled, s. */
const SETTLED_S = 5;
const LOUD = 6_000;
/** A click is over after this, ms; the next one comes later. */
const CLICK_MS = 250;

/** Finds clicks in a monitor as it comes. */
class Clicks implements AsyncDisposable {
  /** When each was in the sink, ms of `performance.now()`, up to a constant that both monitors share. */
  readonly #at: number[] = [];
  #samples = 0;
  #quietFrom = 0;
  /** Least of arrival − place in the stream, ms. */
  #origin = Infinity;
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<void>;

  constructor(env: Record<string, string>, sink: string) {
    this.#child = new Deno.Command("parec", {
      args: [`--device=${sink}.monitor`, `--rate=${RATE}`, "--channels=1", "--latency-msec=5"],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#done = this.#listen();
  }

  get at(): number[] {
    return this.#at.map((ms) => ms + this.#origin);
  }

  async #listen(): Promise<void> {
    let odd: number | undefined;
    for await (const bytes of this.#child.stdout) {
      const now = performance.now();
      let i = 0;
      if (odd !== undefined) this.#take(odd | bytes[i++]! << 8);
      for (; i + 1 < bytes.length; i += 2) this.#take(bytes[i]! | bytes[i + 1]! << 8);
      odd = i < bytes.length ? bytes[i] : undefined;
      // The server's first answer has what was there before; later ones come as they are made.
      if (this.#samples > RATE) {
        this.#origin = Math.min(this.#origin, now - this.#samples * 1000 / RATE);
      }
    }
  }

  #take(raw: number): void {
    const sample = raw << 16 >> 16;
    this.#samples++;
    if (Math.abs(sample) < LOUD) return;
    if (this.#samples >= this.#quietFrom) this.#at.push(this.#samples * 1000 / RATE);
    this.#quietFrom = this.#samples + CLICK_MS * RATE / 1000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#done;
  }
}

/** Clicks of 4 ms, 400 to 700 ms apart, from the sink's beginning on. */
function clickTrain(seconds: number): Uint8Array {
  const random = seeded(5);
  const samples = new Int16Array(seconds * RATE);
  for (let at = RATE / 2; at < samples.length - RATE; at += RATE * (0.4 + 0.3 * random())) {
    const from = Math.floor(at);
    for (let i = 0; i < 192; i++) {
      samples[from + i] = 24_000 * Math.sin(2 * Math.PI * 1000 * i / RATE);
    }
  }
  return new Uint8Array(samples.buffer);
}

async function speak(env: Record<string, string>): Promise<void> {
  const child = new Deno.Command("pacat", {
    args: ["--device=microphone", `--rate=${RATE}`, "--channels=1", "--latency-msec=20"],
    env,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(clickTrain(SETTLED_S + SECONDS));
  await writer.close();
  await child.status;
}

type Call = (scratch: Scratch, pulse: PulseServer, codec: string) => Promise<void>;

const ours: Call = async (scratch, { env }, codec) => {
  const port = freePorts(2);
  const common = ["--standalone", "--codec", codec];
  const answer = Offhook.start(scratch, [
    ...["answer", "--listen", `127.0.0.1:${port}`, ...common],
    ...["--mic", "silence", "--speaker", "device:test_speaker"],
  ], { env, name: "ear" });
  await answer.waitFor("stderr", /waiting for calls/);
  const dial = Offhook.start(scratch, [
    ...["dial", `sip:ear@127.0.0.1:${port}`, ...common],
    ...["--mic", "device:test_microphone", "--speaker", "null"],
  ], { env, name: "mouth" });
  await dial.waitFor("stderr", /answered/);
};

const linphone: Call = async (scratch, { env }, codec) => {
  const common = { says: "", codecs: [codec] };
  const ear = await Linphone.start(scratch, {
    ...common,
    user: "ear",
    autoAnswer: true,
    cards: { ...env, PULSE_SINK: "speaker", PULSE_SOURCE: "nowhere.monitor" },
  });
  const mouth = await Linphone.start(scratch, {
    ...common,
    user: "mouth",
    cards: { ...env, PULSE_SINK: "nowhere", PULSE_SOURCE: "microphone.monitor" },
  });
  await mouth.dial(ear.uri);
  await mouth.waitForCall("StreamsRunning");
};

/** @returns the delay of each click, ms */
function measured(call: Call, codec: string): Promise<number[]> {
  return withScratch(async (scratch) => {
    await using pulse = await PulseServer.start();
    await pulse.addSink("nowhere");
    await using mouth = new Clicks(pulse.env, "microphone");
    await using ear = new Clicks(pulse.env, "speaker");
    await call(scratch, pulse, codec);
    await speak(pulse.env);
    const { at: heard } = ear;
    return mouth.at.slice(SETTLED_S * 2).flatMap((said) => {
      const first = heard.find((each) => each > said && each < said + 380);
      return first === undefined ? [] : [first - said];
    });
  });
}

const quantile = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

for (const codec of CODECS) {
  for (const [name, call] of [["offhook", ours], ["linphone", linphone]] as const) {
    if (!PHONES.includes(name)) continue;
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const delays = (await measured(call, codec)).sort((a, b) => a - b);
      rounds.push(quantile(delays, 0.5));
      const [low, middle, high] = [0.1, 0.5, 0.9].map((share) =>
        quantile(delays, share).toFixed(0)
      );
      console.log(`${codec} ${name}: ${low} / ${middle} / ${high} ms, ${delays.length} clicks`);
    }
    rounds.sort((a, b) => a - b);
    console.log(
      `${codec} ${name}: median of ${ROUNDS} rounds ${quantile(rounds, 0.5).toFixed(0)} ms`,
    );
  }
}
