/** Two processes of the real binary call each other: JSON, words, statuses, signals, terminal. */
import assert from "node:assert/strict";
import { callReportSchema } from "../../src/control/schemas/call.ts";
import { errorOutputSchema } from "../../src/control/schemas/error.ts";
import { RawPeer } from "../integration/sip/raw_peer.ts";
import { callJson, Offhook, type OffhookResult } from "../peers/offhook.ts";
import { PHONE_ARGUMENTS } from "../peers/phone_program.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

const NO_CARD = ["--mic", "silence", "--speaker", "null"];

/** An `answer` that waits on a free port, and the URI to call it by. */
async function startAnswer(scratch: Scratch, args: string[]) {
  const name = "answer";
  const all = ["answer", "--listen", "127.0.0.1:0", ...args];
  const phone = Offhook.start(scratch, all, { name });
  const [, place] = await phone.waitFor("stderr", /waiting for calls on (\S+) \(udp\)/);
  return { phone, uri: `sip:test@${place}` };
}

const text = ({ stdout }: OffhookResult) => new TextDecoder().decode(stdout);

Deno.test("a call between two processes: both say the same, as one JSON object each", async () => {
  await withScratch(async (scratch) => {
    const answering = ["--mic", "tone", "--speaker", "null", "--json", "--duration", "2s"];
    const { phone, uri } = await startAnswer(scratch, answering);
    const args = ["dial", uri, "--mic", "voice", "--speaker", "null", "--json", "--dtmf", "12#"];
    const dial = await Offhook.run(scratch, args);
    const answer = await phone.finished;
    assert.deepEqual([dial.status, answer.status], [0, 0], dial.stderr + answer.stderr);
    const out = callReportSchema.parse(JSON.parse(text(dial)));
    const into = callReportSchema.parse(JSON.parse(text(answer)));
    assert.equal(text(dial).split("\n").length, 2);
    assert.deepEqual([out.outcome, into.outcome], ["answered", "answered"]);
    assert.equal(out.callId, into.callId);
    assert.deepEqual([out.codec, into.codec], ["OPUS", "OPUS"]);
    assert.deepEqual([out.dtmf.sent, into.dtmf.received], ["12#", "12#"]);
    assert.deepEqual([out.endedBy, into.endedBy], ["remote", "local"]);
    assert.ok(out.durationMs >= 1500 && out.durationMs < 6000, `${out.durationMs}`);
    assert.ok(out.media.received > 50 && into.media.received > 50);
    assert.match(dial.stderr, /^calling sip:test@[^]*answered, OPUS/);
  });
});

Deno.test("a refused call: its status, one reason, and the same in JSON", async () => {
  await withScratch(async (scratch) => {
    const rows: [number, number, string][] = [
      [486, 5, "busy"],
      [603, 7, "declined"],
      [404, 8, "not-found"],
      [480, 6, "no-answer"],
    ];
    for (const [code, status, outcome] of rows) {
      const args = [...NO_CARD, "--count", "0", "--reject", String(code)];
      const { phone, uri } = await startAnswer(scratch, args);
      const result = await Offhook.run(scratch, ["dial", uri, ...NO_CARD, "--json"]);
      assert.equal(result.status, status, `${code}: ${result.stderr}`);
      const report = callReportSchema.parse(callJson(result));
      assert.deepEqual([report.outcome, report.sipStatus], [outcome, code]);
      assert.equal(report.durationMs, 0);
      assert.ok(report.error !== undefined);
      phone.interrupt();
      assert.equal((await phone.finished).status, 130);
    }
  });
});

Deno.test("nobody there: 8 with the reason, words alone or with JSON", async () => {
  await withScratch(async (scratch) => {
    const unknown = ["dial", "sip:x@no-such-host.invalid", ...NO_CARD];
    const words = await Offhook.run(scratch, unknown);
    assert.deepEqual([words.status, text(words)], [8, ""]);
    assert.match(words.stderr, /offhook: .*no-such-host\.invalid/);
    const json = await Offhook.run(scratch, [...unknown, "--json"]);
    assert.equal(callReportSchema.parse(callJson(json)).outcome, "unreachable");
    const closed = ["dial", "sip:x@127.0.0.1:1;transport=tcp", ...NO_CARD];
    const refused = await Offhook.run(scratch, closed);
    assert.equal(refused.status, 8);
    assert.match(refused.stderr, /127\.0\.0\.1:1/);
  });
});

Deno.test("a file that is not there: 2, nothing is called and nothing left behind", async () => {
  await withScratch(async (scratch) => {
    const [kept, made] = [scratch.file("kept.wav"), scratch.file("made.wav")];
    await Deno.writeTextFile(kept, "kept");
    const sound = ["--mic", "file:/nonexistent.wav", "--speaker", `file:${made}`];
    const args = ["dial", "sip:nobody@127.0.0.1:9", ...sound, "--record", kept];
    const result = await Offhook.run(scratch, args);
    assert.equal(result.status, 2, result.stderr);
    assert.match(result.stderr, /^offhook: cannot use \/nonexistent\.wav/);
    assert.equal(await Deno.readTextFile(kept), "kept");
    await assert.rejects(Deno.stat(made), Deno.errors.NotFound);
  });
});

Deno.test("nothing that answers: 8, and the place that is silent", async () => {
  const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = silent.addr as Deno.NetAddr;
  await withScratch(async (scratch) => {
    const args = ["dial", `sip:x@127.0.0.1:${port}`, ...NO_CARD, "--timeout", "1s"];
    const result = await Offhook.run(scratch, args);
    assert.equal(result.status, 8, result.stderr);
    assert.match(result.stderr, new RegExp(`nothing answers at 127\\.0\\.0\\.1:${port} over udp`));
  });
  silent.close();
});

Deno.test("SIGINT hangs up, then exits with 130; the other side hears the hang-up", async () => {
  await withScratch(async (scratch) => {
    const { phone, uri } = await startAnswer(scratch, [...NO_CARD, "--json"]);
    const dial = Offhook.start(scratch, ["dial", uri, ...NO_CARD, "--json"]);
    await dial.waitFor("stderr", /answered/);
    dial.interrupt();
    const result = await dial.finished;
    assert.equal(result.status, 130, result.stderr);
    assert.deepEqual([callJson(result).outcome, callJson(result).endedBy], ["answered", "local"]);
    const answer = await phone.finished;
    assert.deepEqual([answer.status, callJson(answer).endedBy], [0, "remote"]);
  });
});

Deno.test("SIGINT while it rings cancels; a second one exits at once", async () => {
  await withScratch(async (scratch) => {
    const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    try {
      const { port } = silent.addr as Deno.NetAddr;
      const dial = Offhook.start(scratch, ["dial", `sip:x@127.0.0.1:${port}`, ...NO_CARD]);
      await dial.waitFor("stderr", /calling/);
      await silent.receive();
      const before = performance.now();
      dial.interrupt();
      await dial.waitFor("stderr", /hanging up/);
      dial.interrupt();
      assert.equal((await dial.finished).status, 130);
      assert.ok(performance.now() - before < 3000);
    } finally {
      silent.close();
    }
  });
});

Deno.test("--timeout ends a call that nobody answers with 6", async () => {
  await withScratch(async (scratch) => {
    const peer = await RawPeer.open();
    const args = ["dial", `sip:x@${peer.at}`, ...NO_CARD, "--timeout", "1s", "--json"];
    const dial = Offhook.start(scratch, args, { name: "dial" });
    const invite = await peer.next("INVITE", undefined, 20_000);
    peer.reply(invite, 180);
    peer.reply(await peer.next("CANCEL"), 200);
    peer.reply(invite, 487);
    const result = await dial.finished;
    await peer.close();
    assert.equal(result.status, 6, result.stderr);
    assert.equal(callJson(result).outcome, "no-answer");
    const nobody = await Offhook.run(
      scratch,
      ["answer", "--listen", "127.0.0.1:0", ...NO_CARD, "--timeout", "500ms", "--json"],
    );
    assert.equal(nobody.status, 6);
    assert.equal(errorOutputSchema.parse(JSON.parse(text(nobody))).error.code, "no-answer");
  });
});

Deno.test("a peer that answers and sends nothing: said after three seconds, ended with 9 at the limit", async () => {
  await withScratch(async (scratch) => {
    const peer = await RawPeer.open();
    const args = ["dial", `sip:x@${peer.at}`, ...NO_CARD, "--silence-limit", "5s", "--json"];
    const dial = Offhook.start(scratch, args, { name: "dial" });
    const invite = await peer.next("INVITE", undefined, 20_000);
    // A port that nobody listens on, nor sends from.
    const sink = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const { port } = sink.addr as Deno.NetAddr;
    const sdp = ["v=0", "o=x 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"];
    const body = [...sdp, `m=audio ${port} RTP/AVP 0`, ""].join("\r\n");
    peer.reply(invite, 200, { headers: ["Content-Type: application/sdp"], body });
    const silent = new RegExp(`we send to 127\\.0\\.0\\.1:${port}, and nothing comes back\\. `);
    await dial.waitFor("stderr", silent);
    peer.reply(await peer.next("BYE", undefined, 20_000), 200);
    const result = await dial.finished;
    await peer.close();
    sink.close();
    assert.equal(result.status, 9, result.stderr);
    const report = callReportSchema.parse(callJson(result));
    assert.deepEqual([report.outcome, report.media.heard], ["media-failed", false]);
    assert.match(report.error?.message ?? "", /^nothing was heard of the other side for 5 s/);
    assert.equal(report.media.silence.incoming?.cause, "nothing-came");
    assert.ok(report.media.longestSilenceMs >= 4_000, `${report.media.longestSilenceMs}`);
  });
});

Deno.test("a pipe in, a pipe out: sound on standard output, the report on standard error", async () => {
  await withScratch(async (scratch) => {
    const { phone, uri } = await startAnswer(scratch, ["--mic", "tone", "--speaker", "null"]);
    const args = ["dial", uri, "--mic", "pipe", "--speaker", "pipe", "--rate", "8000", "--json"];
    const dial = Offhook.start(scratch, args, { stdin: true });
    const writer = dial.stdin.getWriter();
    await writer.write(new Uint8Array(16000 * 2));
    await writer.close();
    const result = await dial.finished;
    assert.equal(result.status, 0, result.stderr);
    assert.equal(callReportSchema.parse(JSON.parse(result.stderr)).outcome, "answered");
    assert.ok(result.stdout.length > 16000, `${result.stdout.length} bytes`);
    const pcm = new Int16Array(result.stdout.buffer, 0, result.stdout.length >> 1);
    assert.ok(pcm.some((sample) => Math.abs(sample) > 3000), "the tone is heard");
    await phone.finished;
  });
});

Deno.test("a trace has the messages and, with -, is on standard error", async () => {
  await withScratch(async (scratch) => {
    const { phone, uri } = await startAnswer(scratch, [...NO_CARD, "--trace", "-"]);
    const trace = scratch.file("trace.txt");
    const args = ["dial", uri, ...NO_CARD, "--duration", "300ms", "--trace", trace];
    assert.equal((await Offhook.run(scratch, args)).status, 0);
    const written = await Deno.readTextFile(trace);
    assert.match(written, /^\d{4}-\S+Z out udp \S+ -> \S+\nINVITE sip:test@/);
    assert.match(written, /in udp \S+ -> \S+\nSIP\/2\.0 200 OK/);
    assert.match((await phone.finished).stderr, /in udp \S+ -> \S+\nINVITE sip:test@/);
  });
});

/**
 * Runs offhook on a terminal of its own (script(1)); each `[pattern, keys]` is waited for in what
 * comes after the last one, and typed.
 */
async function onTerminal(scratch: Scratch, args: string[], steps: [RegExp, string][]) {
  const quoted = [Deno.execPath(), ...PHONE_ARGUMENTS, ...args]
    .map((part) => `'${part}'`).join(" ");
  const shell = `stty -g >before; ${quoted}; echo $? >status; stty -g >after`;
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", shell, "/dev/null"],
    cwd: scratch.path,
    env: { TERM: "xterm-256color", LC_ALL: "C.UTF-8", XDG_CONFIG_HOME: scratch.path },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keys = child.stdin.getWriter();
  const left = [...steps];
  let output = "";
  let seen = 0;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += part;
    for (let match; left[0] && (match = left[0][0].exec(output.slice(seen)));) {
      seen += match.index + match[0].length;
      await keys.write(new TextEncoder().encode(left.shift()![1]));
    }
  }
  await child.status;
  await keys.close().catch(() => {});
  const [before, after, status] = await Promise.all(
    ["before", "after", "status"].map((name) => Deno.readTextFile(scratch.file(name))),
  );
  return { status: Number(status), output, restored: before === after, left };
}

testWith(
  ["script"],
  "on a terminal: a live line, digits, mute, q; and the terminal as before",
  async () => {
    await withScratch(async (scratch) => {
      const { phone, uri } = await startAnswer(scratch, [...NO_CARD, "--json"]);
      const run = await onTerminal(scratch, ["dial", uri, ...NO_CARD], [
        [/● in call .*OPUS/, "5"],
        [/in call .* 0:01/, "m"],
        [/muted/, "q"],
      ]);
      assert.deepEqual([run.status, run.left], [0, []], run.output);
      assert.equal(run.restored, true);
      assert.match(run.output, /ended after 0:0\d\r\n$/);
      assert.equal(callJson(await phone.finished).dtmf.received, "5");
    });
  },
);

testWith(
  ["script"],
  "on a terminal: Ctrl-C hangs up with 130, and the terminal is as before",
  async () => {
    await withScratch(async (scratch) => {
      const { phone, uri } = await startAnswer(scratch, NO_CARD);
      const run = await onTerminal(scratch, ["dial", uri, ...NO_CARD], [[/in call/, "\u0003"]]);
      assert.deepEqual([run.status, run.left, run.restored], [130, [], true], run.output);
      await phone.finished;
    });
  },
);

testWith(["script"], "on a terminal: a password is asked for and not shown", async () => {
  await withScratch(async (scratch) => {
    const env = ["credential", "set", "work"];
    const run = await onTerminal(scratch, env, [[/Password of work: /, "hunter2\r"]]);
    assert.deepEqual([run.status, run.restored], [0, true], run.output);
    assert.ok(!run.output.includes("hunter2"));
    assert.match(run.output, /stored the password of work/);
  });
});
