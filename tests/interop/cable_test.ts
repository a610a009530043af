/**
 * A cable that is pulled in mid-call while another network comes up: two whole phones in network
 * namespaces, with kamailio between them. The times without sound are told and not judged: they depend
 * on the machine.
 */
import assert from "node:assert/strict";
import { Kamailio } from "../peers/kamailio.ts";
import { NatNetwork, OTHER_ADDRESS, SERVER_ADDRESS } from "../peers/nat_network.ts";
import { accountArguments, callJson, Offhook } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { missing } from "../support/requirements.ts";
import { testUnless } from "../support/skip.ts";
import { readWav } from "../support/wav.ts";

const NEEDS = ["root", "ip", "iptables", "kamailio", "kamailio-tls", "openssl"] as const;
const reason = missing(NEEDS) ?? await NatNetwork.trouble();
const FRAME_MS = 20;
/** As a share of full scale: far below our tone, far above what is made up for lost packets. */
const AUDIBLE = 0.02;
const ICE = `[ice]\npolicy = "all"\n`;

/** One of two phones with an account, at the end of a cable. */
class Party {
  readonly sound: string;
  readonly #run: Offhook;

  constructor(
    scratch: Scratch,
    { network, kamailio, config }: { network: NatNetwork; kamailio: Kamailio; config: string },
    readonly place: "a" | "b",
    user: string,
    args: string[],
  ) {
    this.sound = scratch.file(`${place}.wav`);
    const account = accountArguments(kamailio.registrar(user, "tls"), user);
    this.#run = Offhook.start(scratch, [
      ...args,
      ...account.args,
      ...["--config", config, "--json", "--mic", "tone", "--speaker", `file:${this.sound}`],
    ], {
      name: place,
      env: account.env,
      within: (...run) => network.within(place, ...run),
    });
  }

  says(pattern: RegExp, timeoutMs?: number): Promise<unknown> {
    return this.#run.waitFor("stderr", pattern, timeoutMs);
  }

  /** What was heard until the end: whether both had sound before and after, and the gap between. */
  async end(): Promise<{ gapMs: number; report: ReturnType<typeof callJson> }> {
    const result = await this.#run.finished;
    assert.equal(result.status, 0, result.stderr);
    return { gapMs: await longestGap(this.sound), report: callJson(result) };
  }
}

/** The longest silence between the first sound and the last, ms. */
async function longestGap(path: string): Promise<number> {
  const { rate, samples } = await readWav(path);
  const size = Math.round(rate * FRAME_MS / 1000);
  const audible: number[] = [];
  for (let frame = 0; (frame + 1) * size <= samples.length; frame++) {
    const part = samples.subarray(frame * size, (frame + 1) * size);
    const power = part.reduce((sum, sample) => sum + sample * sample, 0) / size;
    if (Math.sqrt(power) > AUDIBLE) audible.push(frame);
  }
  assert.ok(audible.length > 0, `${path} is silent`);
  const gaps = audible.slice(1).map((frame, at) => frame - audible[at]! - 1);
  return Math.max(0, ...gaps) * FRAME_MS;
}

/** Two phones on the phone; A has called, and hangs up when the time is over. */
async function talking(
  scratch: Scratch,
  config: string,
  duration: string,
  more: readonly string[] = [],
) {
  const network = await NatNetwork.start(scratch, ["none", "none"]);
  const kamailio = await Kamailio.start(scratch, {
    certificateNames: [`IP:${SERVER_ADDRESS}`],
    place: {
      address: SERVER_ADDRESS,
      within: (...run) => network.within("server", ...run),
    },
  });
  const path = scratch.file("phone.toml");
  await Deno.writeTextFile(path, `${config}[headset]\nenabled = false\n`);
  const around = { network, kamailio, config: path };
  const b = new Party(scratch, around, "b", "bob", ["answer", ...more]);
  await b.says(/waiting for calls/);
  const a = new Party(scratch, around, "a", "alice", [
    ...["dial", "bob", "--duration", duration],
    ...more,
  ]);
  await b.says(/answered/);
  // Sound for a while, with which that after the gap is compared.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return { network, a, b };
}

for (
  const [name, config, more] of [
    ["plain RTP", "", ["--encryption", "off"]],
    ["ICE", ICE, ["--encryption", "off"]],
    ["ICE and DTLS", ICE, ["--encryption", "require", "--keying", "dtls"]],
    ["ICE and SDES", ICE, ["--encryption", "require", "--keying", "sdes"]],
  ] as const
) {
  testUnless(
    reason,
    `a call by ${name} goes on by another network when the cable is pulled`,
    () =>
      withScratch(async (scratch) => {
        const { network, a, b } = await talking(scratch, config, "10s", more);
        await network.move();
        const [ofA, ofB] = await Promise.all([a.end(), b.end()]);
        for (const { report } of [ofA, ofB]) {
          assert.equal(report.encryption?.keying ?? "none", more[3] ?? "none");
        }
        if (config !== "") assert.equal(ofA.report.media.ice?.local?.address, OTHER_ADDRESS);
        // Both were heard again: the sound after the gap is longer than the gap.
        for (const { gapMs, report } of [ofA, ofB]) {
          assert.ok(report.media.received * FRAME_MS > 2 * gapMs + 4000, `${gapMs} ms`);
        }
        const line = `${name}: without sound for ${ofA.gapMs} ms (moved), ${ofB.gapMs} ms (other)`;
        await Deno.stderr.write(new TextEncoder().encode(`${line}\n`));
      }),
    { timeout: 120_000 },
  );
}

testUnless(
  reason,
  "sound comes back by a restart of ICE when a cable was out for longer than consent lasts",
  () =>
    withScratch(async (scratch) => {
      const { network, a, b } = await talking(scratch, ICE, "60s");
      await network.cable(false);
      await Promise.all([a, b].map((each) => each.says(/stopped answering ICE's checks/, 45_000)));
      await network.cable(true);
      const [ofA, ofB] = await Promise.all([a.end(), b.end()]);
      for (const { gapMs, report } of [ofA, ofB]) {
        assert.equal(report.media.ice?.state, "connected");
        // The gap lies between sounds.
        assert.ok(gapMs > 20_000, `${gapMs} ms`);
      }
      const line = `a cable out until consent was lost: ${ofA.gapMs} ms without sound`;
      await Deno.stderr.write(new TextEncoder().encode(`${line}\n`));
    }),
  { timeout: 150_000 },
);
