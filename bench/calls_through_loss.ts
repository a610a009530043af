// deno-lint-ignore-file no-console
/**
 * How intelligible speech stays in calls between two phones of one kind, over a network that loses
 * packets by a seed: ours, linphone and pjsua, side by side in one run. Whole processes, with files for
 * sound cards.
 *
 *     WAV ─► phone ═ SIP relay, media that loses ═► phone ─► WAV ─► STOI
 *
 *     deno run -P=test bench/calls_through_loss.ts [SECONDS] [AT_ONCE] [CODEC,…] [PHONE,…]
 *
 * pjsua is the program of that name on PATH or in PJSUA; no Debian 12 package has it.
 */
import { GRAPH_RATE, loadResampler } from "../src/audio/mod.ts";
import { Linphone } from "../tests/peers/linphone.ts";
import { Offhook } from "../tests/peers/offhook.ts";
import { PeerProcess } from "../tests/peers/peer_process.ts";
import { freePorts } from "../tests/peers/ports.ts";
import { Relay } from "../tests/peers/relay.ts";
import { type Scratch, withScratch } from "../tests/peers/scratch.ts";
import { STOI_RATE } from "../tests/support/stoi.ts";
import { readWav } from "../tests/support/whole_wav.ts";
import { type Link, linkName, LINKS, losses } from "./speech/links.ts";
import { LossyMedia } from "./speech/lossy_media.ts";
import { resampled, score } from "./speech/score.ts";
import { speeches } from "./speech/speeches.ts";
import { writeWav } from "./speech/wav.ts";

const SECONDS = Number(Deno.args[0] ?? 30);
const AT_ONCE = Number(Deno.args[1] ?? 3);
const CODECS = (Deno.args[2] ?? "PCMU,G722,OPUS").split(",");
/** Until then RTCP has told of the loss, s. */
const LEARNING_S = 8;
const SAID_RATE = 16_000;
const PJSUA = Deno.env.get("PJSUA") ?? "pjsua";

interface Callee {
  uri: string;
  /** WAV of what it heard, whole after this. */
  heard(): Promise<string>;
}

interface MeasuredPhone {
  answer(scratch: Scratch, codec: string, says: string): Promise<Callee>;
  /** Calls; resolves when the call is up. */
  dial(scratch: Scratch, uri: string, codec: string, says: string): Promise<unknown>;
}

const offhook: MeasuredPhone = {
  async answer(scratch, codec) {
    const heard = scratch.file("heard.wav");
    const phone = Offhook.start(scratch, [
      ...["answer", "--listen", "127.0.0.1:0", "--standalone", "--codec", codec],
      ...["--mic", "silence", "--speaker", `file:${heard}`],
    ], { name: "ear" });
    const [, port] = await phone.waitFor("stderr", /waiting for calls on \S+:(\d+) \(udp\)/);
    const end = async () => {
      phone.interrupt();
      await phone.finished;
      return heard;
    };
    return { uri: `sip:ear@127.0.0.1:${port}`, heard: end };
  },
  dial(scratch, uri, codec, says) {
    const phone = Offhook.start(scratch, [
      ...["dial", uri, "--standalone", "--codec", codec],
      ...["--mic", `file:${says}`, "--loop", "--speaker", "null"],
    ], { name: "mouth" });
    return phone.waitFor("stderr", /answered/);
  },
};

const linphone: MeasuredPhone = {
  async answer(scratch, codec, says) {
    const phone = await Linphone.start(scratch, {
      ...{ user: "ear", autoAnswer: true, codecs: [codec], says },
    });
    const end = async () => {
      await phone.hangup();
      await phone.waitForCall("Released");
      return phone.heard;
    };
    return { uri: phone.uri, heard: end };
  },
  async dial(scratch, uri, codec, says) {
    const phone = await Linphone.start(scratch, { user: "mouth", codecs: [codec], says });
    await phone.dial(uri);
    await phone.waitForCall("StreamsRunning");
  },
};

/** pjsua's names; each gets the first place among its codecs. */
const PJSUA_CODECS: Record<string, string> = { PCMU: "PCMU", G722: "G722", OPUS: "opus" };

function startPjsua(scratch: Scratch, name: string, codec: string, args: string[]) {
  const [port, rtp] = [freePorts(2), freePorts(20)];
  const others = ["speex", "iLBC", "GSM", "PCMU", "PCMA", "G722", "opus", "L16", "AMR"]
    .filter((each) => each !== PJSUA_CODECS[codec]);
  const process = PeerProcess.start(scratch, {
    name,
    // Its log would wait in a buffer else.
    command: "stdbuf",
    args: [
      ...["-oL", PJSUA],
      ...[`--local-port=${port}`, "--bound-addr=127.0.0.1", "--ip-addr=127.0.0.1"],
      ...[`--rtp-port=${rtp}`, "--null-audio", "--no-tcp", "--no-vad", "--ec-tail=0"],
      ...[`--add-codec=${PJSUA_CODECS[codec]}`, ...others.map((each) => `--dis-codec=${each}`)],
      ...["--app-log-level=4", "--log-level=4", ...args],
    ],
    stdin: true,
  });
  return { process, uri: `sip:127.0.0.1:${port}` };
}

const pjsua: MeasuredPhone = {
  async answer(scratch, codec) {
    const heard = scratch.file("heard.wav");
    const args = ["--auto-answer=200", `--rec-file=${heard}`, "--auto-rec"];
    const { process, uri } = startPjsua(scratch, "ear", codec, args);
    await process.waitFor(/>>>/);
    const end = async () => {
      await process.writeLine("q");
      await process.waitFor(/PJSUA destroyed|destroyed\.\.\./i);
      return heard;
    };
    return { uri, heard: end };
  },
  async dial(scratch, uri, codec, says) {
    const args = [`--play-file=${says}`, "--auto-play", "--auto-loop"];
    const { process } = startPjsua(scratch, "mouth", codec, args);
    await process.waitFor(/>>>/);
    await process.writeLine("m");
    await process.writeLine(uri);
    await process.waitFor(/CONFIRMED/);
  },
};

const PHONES: Record<string, MeasuredPhone> = { offhook, linphone, pjsua };
const wanted = (Deno.args[3] ?? Object.keys(PHONES).join()).split(",");

/** @returns STOI, and kb/s of payload */
function measured(
  phone: MeasuredPhone,
  codec: string,
  says: string,
  clean: Int16Array,
  link: Link,
) {
  return withScratch(async (scratch) => {
    const callee = await phone.answer(scratch, codec, says);
    using media = new LossyMedia(losses(...link, 1));
    const relay = Relay.start(scratch, {
      target: { hostname: "127.0.0.1", port: Number(/:(\d+)$/.exec(callee.uri)![1]) },
      sip: true,
      alter: (text, from) => media.alter(text, from),
    });
    const uri = callee.uri.replace(/:(\d+)$/, `:${relay.port}`);
    await phone.dial(scratch, uri, codec, says);
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
    const { came, octets } = media.counts;
    const at48 = await readWav(await callee.heard(), GRAPH_RATE);
    const said = (SECONDS - 2) * STOI_RATE;
    return {
      stoi: score(
        clean.subarray(LEARNING_S * STOI_RATE, said),
        at48.subarray(LEARNING_S * GRAPH_RATE),
      ),
      kbps: octets * 8 / 20 / came,
    };
  });
}

await loadResampler();
for (const [kind, speech] of await speeches()) {
  const part = speech.subarray(0, Math.min(speech.length, (SECONDS + 4) * GRAPH_RATE));
  const clean = resampled(part, GRAPH_RATE, STOI_RATE);
  const says = await Deno.makeTempFile({ suffix: ".wav" });
  await writeWav(says, resampled(part, GRAPH_RATE, SAID_RATE), SAID_RATE);
  const cells = new Map<string, string>();
  const jobs = CODECS.flatMap((codec) =>
    wanted.flatMap((name) => LINKS.map((link) => ({ codec, name, link })))
  );
  const work = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { codec, name, link } = job;
      const done = await measured(PHONES[name]!, codec, says, clean, link)
        .catch((
          error,
        ) => (console.error(`${codec} ${name}: ${error.message.slice(0, 300)}`), null));
      const text = done === null ? "–" : done.stoi.toFixed(3).replace(/^0/, "");
      cells.set(`${codec} ${name} ${linkName(link)}`, text);
      if (done !== null) cells.set(`${codec} ${name}`, done.kbps.toFixed(0));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await Deno.remove(says);
  console.log(`\n| ${kind} | kb/s | ${LINKS.map(linkName).join(" | ")} |`);
  console.log(`| --- | ---: |${LINKS.map(() => " ---: |").join("")}`);
  for (const codec of CODECS) {
    for (const name of wanted) {
      const row = LINKS.map((link) => cells.get(`${codec} ${name} ${linkName(link)}`));
      console.log(`| ${codec}, ${name} | ${cells.get(`${codec} ${name}`)} | ${row.join(" | ")} |`);
    }
  }
}
