/** The long run: an hour of one call in virtual time, and a thousand real calls of one station. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { Offhook } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";
import { configure, connect } from "../peers/station.ts";
import { type RawMessage, RawPeer, sdp } from "./sip/raw_peer.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** KiB of heap between the second and the last sixth of the hour: 150,000 frames; 10 bytes each show. */
const MOST_HEAP_KIB = 1_024;

Deno.test("an hour of a lossy call is heard to its end and leaves nothing in the heap", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P=test", "--v8-flags=--expose-gc", "bench/call_hour.ts", "1"],
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  const { heapKiB, silentReports, sent, received, lost } = JSON.parse(decoder.decode(stdout));
  assert.ok(sent >= 179_900, `${sent} packets sent`);
  assert.equal(silentReports, 0, "each second of the hour was heard");
  assert.ok(Math.abs(sent - received - lost) < 10, `${sent} sent, ${received} came, ${lost} lost`);
  assert.ok(lost > 0.005 * sent && lost < 0.015 * sent, `${lost} lost`);
  const grown = heapKiB.at(-1) - heapKiB[1];
  assert.ok(grown < MOST_HEAP_KIB, `${grown} KiB more: ${heapKiB}`);
});

const CALLS = 1_000;
/** Caches, the JIT and SQLite have settled by then. */
const WARM_UP = 300;
/** A leak of 15 kB a call would be 10 MiB. */
const MOST_MEMORY_MIB = 8;
/** Finished transactions are kept for 32 s (RFC 3261 §17), and garbage until it is collected. */
const SETTLES_MS = 90_000;

interface Footprint {
  memoryMiB: number;
  descriptors: number;
}

/** By a shell: Deno itself reads nothing of another process. */
async function footprint(pid: number): Promise<Footprint> {
  const look = `grep VmRSS /proc/${pid}/status; ls /proc/${pid}/fd | wc -l`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", look] }).output();
  const [, kiB, descriptors] = /VmRSS:\s+(\d+) kB\n(\d+)/.exec(new TextDecoder().decode(stdout))!;
  return { memoryMiB: Number(kiB) / 1024, descriptors: Number(descriptors) };
}

/** The footprint as soon as it is back where it was, or the last one. */
async function settled(pid: number, before: Footprint): Promise<Footprint> {
  const end = performance.now() + SETTLES_MS;
  while (true) {
    const now = await footprint(pid);
    const back = now.memoryMiB < before.memoryMiB + MOST_MEMORY_MIB;
    if (back || performance.now() > end) return now;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

Deno.test({
  name: "a thousand real calls, one after another, leave memory and descriptors as they were",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withScratch(async (scratch) => {
      const server = await RawPeer.open();
      scratch.defer(() => server.close());
      server.obliging.add("REGISTER");
      server.obliging.add("BYE");
      const rtp = createSocket("udp4");
      await new Promise<void>((bound) => rtp.bind(0, "127.0.0.1", bound));
      scratch.defer(() => new Promise<void>((closed) => rtp.close(() => closed())));
      const place = await configure(scratch, server.at, {
        password: "none is asked for",
        more: '[station]\nauto_answer = ["*"]\nmax_calls = 16\n[logging]\nlevel = "warning"',
      });
      const station = Offhook.start(scratch, ["station"], { env: place.env });
      const { from: { port } } = await server.next("REGISTER", undefined, 30_000);
      await station.waitFor("stderr", /station on/, 30_000);

      const answers = new Answers(server);
      let placed = 0;
      const calls = async (until: number) => {
        while (placed < until) await oneCall(answers, port, placed++, rtp.address().port);
      };
      await calls(WARM_UP);
      const before = await footprint(station.pid);
      await calls(CALLS);
      const after = await settled(station.pid, before);

      const phone = await connect(place.socket);
      assert.deepEqual((await phone.request("status", {})).calls, []);
      const { records } = await phone.request("history", { limit: 1000 });
      assert.equal(records.length, CALLS);
      assert.ok(records.every(({ outcome }) => outcome === "answered"));
      await phone.close();
      const memory = after.memoryMiB - before.memoryMiB;
      assert.ok(memory < MOST_MEMORY_MIB, `${memory} MiB more: ${JSON.stringify([before, after])}`);
      assert.ok(after.descriptors <= before.descriptors + 4, JSON.stringify([before, after]));
    }),
});

/** INVITE, answer, BYE: the caller is behind the account's server. */
async function oneCall(answers: Answers, port: number, number: number, rtpPort: number) {
  const { server } = answers;
  const callId = `soak-${number}`;
  const answered = answers.of(callId, "INVITE");
  const invite = server.request("INVITE", port, {
    callId,
    from: `<sip:caller${number}@${server.at}>;tag=soak${number}`,
    body: sdp(rtpPort),
  });
  const answer = await answered;
  server.inDialog("ACK", invite, answer, { cseq: 1 });
  const gone = answers.of(callId, "BYE");
  server.inDialog("BYE", invite, answer, { cseq: 2 });
  await gone;
}

/** Final responses to the server's requests, by call. */
class Answers {
  readonly #awaited = new Map<string, (answer: RawMessage) => void>();

  constructor(readonly server: RawPeer) {
    server.script = (message) => {
      if (!/^[2-6]/.test(message.kind)) return;
      const key = keyOf(message.header("call-id"), message.header("cseq").split(" ")[1]!);
      this.#awaited.get(key)?.(message);
      this.#awaited.delete(key);
    };
  }

  /** @throws AssertionError when it is a refusal */
  async of(callId: string, method: string): Promise<RawMessage> {
    const { promise, resolve } = Promise.withResolvers<RawMessage>();
    this.#awaited.set(keyOf(callId, method), resolve);
    const answer = await promise;
    assert.equal(answer.kind, "200", `${callId} ${method}: ${answer.startLine}`);
    return answer;
  }
}

function keyOf(callId: string, method: string): string {
  return `${callId} ${method}`;
}
