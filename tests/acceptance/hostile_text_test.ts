/**
 * A peer, a server and files fill every field with what drives a terminal: no output of any command
 * has it, in words, JSON, log or trace, and each of them shows the field.
 */
import assert from "node:assert/strict";
import { type RawMessage, RawSip } from "../peers/raw_sip.ts";
import { Offhook, type OffhookResult } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { configure } from "../peers/station.ts";
import { assertHarmless, HOSTILE, HOSTILE_LINES, MARK } from "../support/hostile.ts";

const SOUND = ["--mic", "silence", "--speaker", "null"];
/** As an address may hold it: escaped. */
const USER = `${MARK}%1b%5d0;x%07%c2%9b2J%e2%80%ae`;

/** Every header of a peer that anything of it is shown of. */
const HEADERS = [
  `Warning: 399 x "${HOSTILE}"`,
  `Reason: Q.850;cause=17;text="${HOSTILE}"`,
  `User-Agent: ${HOSTILE}`,
  `Server: ${HOSTILE}`,
  `Subject: ${HOSTILE}`,
  `Organization: ${HOSTILE}`,
  `P-Asserted-Identity: "${HOSTILE}" <sip:${USER}@h>`,
  `Remote-Party-ID: "${HOSTILE}" <sip:${USER}@h>`,
  `Diversion: "${HOSTILE}" <sip:${USER}@h>`,
  `Alert-Info: <${HOSTILE}>`,
];

/** Nothing harmful in what it wrote, and the field is there. */
function assertShown({ stdout, stderr }: OffhookResult, what: string): void {
  const text = `${new TextDecoder().decode(stdout)}${stderr}`;
  assertHarmless(text, what);
  assert.ok(text.includes(MARK), `${what} shows nothing of the peer: ${text}`);
}

/** A peer that answers each request as it is told; REGISTER and BYE with 200 unless told otherwise. */
function serve(scratch: Scratch, answers: Record<string, string> = {}): RawSip {
  const peer = RawSip.start(scratch);
  let ended = false;
  scratch.defer(() => void (ended = true));
  const loop = async () => {
    while (!ended) {
      const request = await peer.next("request", ({ start }) => !/^(SIP|ACK)/.test(start), 600_000);
      const [method = ""] = request.start.split(" ");
      if (answers[method] === undefined && method === "INVITE") continue;
      await peer.reply(request, answers[method] ?? `200 ${HOSTILE}`, {
        toTag: "t",
        contact: false,
        headers: [...HEADERS, ...granted(request)],
      });
    }
  };
  loop().catch(() => {});
  return peer;
}

/** A registrar tells the Contact back. */
function granted(request: RawMessage): string[] {
  if (!request.start.startsWith("REGISTER")) return [];
  const contact = request.headers.find(({ name }) => name === "contact")?.value;
  return contact === undefined ? [] : [`contact: ${contact};expires=600`];
}

const LOUD = [[], ["--json"], ["--log-level", "trace"], ["--trace", "-"]];

Deno.test("a refused call and a refused registration, in words, JSON, log and trace", () =>
  withScratch(async (scratch) => {
    const peer = serve(scratch, { INVITE: `486 ${HOSTILE}`, REGISTER: `403 ${HOSTILE}` });
    const at = `127.0.0.1:${peer.port}`;
    for (const more of LOUD) {
      const dial = await Offhook.run(scratch, ["dial", `sip:bob@${at}`, ...SOUND, ...more]);
      assert.equal(dial.status, 5, dial.stderr);
      assertShown(dial, `dial ${more}`);
      const account = ["--server", at, "--user", "alice"];
      const register = await Offhook.run(scratch, ["register", ...account, ...more]);
      assert.equal(register.status, 4, register.stderr);
      assertShown(register, `register ${more}`);
    }
  }));

Deno.test("an answered call whose sound and end are described in escapes", () =>
  withScratch(async (scratch) => {
    for (const more of LOUD) {
      const peer = RawSip.start(scratch);
      const target = `sip:bob@127.0.0.1:${peer.port}`;
      const phone = Offhook.start(scratch, ["dial", target, ...SOUND, ...more]);
      const invite = await peer.request("INVITE");
      const sdp = peer.sdp().replace("s=-", `s=${HOSTILE}`).replace(
        "t=0 0",
        `t=0 0\r\na=${HOSTILE}`,
      );
      await peer.reply(invite, `200 ${HOSTILE}`, { toTag: "t", headers: HEADERS, sdp });
      await peer.request("ACK");
      const header = (name: string) =>
        invite.headers.find((each) => each.name === name)?.value ?? "";
      const contact = /<([^>]+)>/.exec(header("contact"))![1];
      await peer.send([
        `BYE ${contact} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKbye`,
        `From: ${header("to")};tag=t`,
        `To: ${header("from")}`,
        `Call-ID: ${header("call-id")}`,
        "CSeq: 7 BYE",
        "Max-Forwards: 70",
        ...HEADERS,
      ], invite.from);
      const result = await phone.finished;
      assertHarmless(`${new TextDecoder().decode(result.stdout)}${result.stderr}`, `call ${more}`);
    }
  }));

Deno.test("a station's faces while a stranger calls, and its history, log and trace after", () =>
  withScratch(async (scratch) => {
    const peer = RawSip.start(scratch);
    const place = await configure(scratch, `127.0.0.1:${peer.port}`, {
      password: "x",
      more: '[logging]\nlevel = "trace"\n[station]\nauto_answer = []\n',
    });
    const trace = scratch.file("trace");
    const { env } = place;
    const station = Offhook.start(scratch, ["station", "--trace", trace], { env });
    const register = await peer.request("REGISTER");
    await peer.reply(register, `200 ${HOSTILE}`, {
      toTag: "t",
      contact: false,
      headers: [...HEADERS, ...granted(register)],
    });
    await station.waitFor("stderr", /alice: registered/);
    const events = Offhook.start(scratch, ["events", "--since", "0"], { env, name: "events" });
    await events.waitFor("stdout", /registered/);
    const contact = /<([^>]+)>/.exec(
      register.headers.find(({ name }) => name === "contact")!.value,
    )!;
    const invite = (method: string) => [
      `${method} ${contact[1]} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKin`,
      `From: "${HOSTILE}" <sip:${USER}@127.0.0.1:${peer.port}>;tag=p`,
      "To: <sip:alice@127.0.0.1>",
      `Call-ID: ${MARK}\u009b2J\u202e@x`,
      `CSeq: 1 ${method}`,
      "Max-Forwards: 70",
      `Contact: "${HOSTILE}" <sip:raw@127.0.0.1:${peer.port}>`,
      ...HEADERS,
    ];
    const to = { hostname: "127.0.0.1", port: register.from.port };
    await peer.send(invite("INVITE"), to, peer.sdp());
    await peer.response("INVITE", 180);
    for (const args of [["calls"], ["status"], ["calls", "--json"], ["status", "--json"]]) {
      assertShown(await Offhook.run(scratch, args, { env }), `${args}`);
    }
    await events.waitFor("stdout", /call.incoming/);
    await peer.send(invite("CANCEL"), to);
    await events.waitFor("stdout", /call.ended/);
    for (const args of [["history"], ["history", "--json"], ["history", "--with", HOSTILE]]) {
      const result = await Offhook.run(scratch, args, { env });
      if (args.includes("--with")) assertHarmless(result.stderr, "history --with");
      else assertShown(result, `${args}`);
    }
    // Requests that no call belongs to, and nonsense.
    const bodies = [`Signal=${HOSTILE}`, `SIP/2.0 404 ${HOSTILE}`, HOSTILE_LINES];
    for (const [at, method] of ["INFO", "NOTIFY", "MESSAGE", "REFER", `X${MARK}\u009b`].entries()) {
      const lines = invite(method).map((line) => line.replace("z9hG4bKin", `z9hG4bKx${at}`));
      await peer.send([...lines, `Refer-To: <sip:${USER}@h>`], to, bodies[at % bodies.length]);
    }
    await peer.sendBytes(new TextEncoder().encode(`${HOSTILE_LINES}\r\n\r\n`), to);
    await station.waitFor("stderr", /REFER/);
    events.interrupt();
    const told = await events.finished;
    assertShown(told, "events");
    station.interrupt();
    await peer.reply(await peer.request("REGISTER"), "200 OK", { toTag: "t", contact: false });
    const ended = await station.finished;
    assertShown(ended, "the station's log");
    for (const line of ended.stderr.trim().split("\n")) JSON.parse(line);
    const traced = await Deno.readTextFile(trace);
    assertHarmless(traced, "the trace");
    assert.ok(traced.includes(MARK));
  }));

Deno.test("contacts of a hostile file, found and listed", () =>
  withScratch(async (scratch) => {
    const vcard = scratch.file("a.vcf");
    const csv = scratch.file("a.csv");
    const card = (name: string, number: string) =>
      `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\nORG:${name}\r\nNOTE:${name}\r\nTEL:${number}\r\nEND:VCARD\r\n`;
    await Deno.writeTextFile(vcard, card(HOSTILE, "+49301") + card("", HOSTILE));
    await Deno.writeTextFile(
      csv,
      `Name,Phone 1 - Value,${HOSTILE}\r\n"${HOSTILE_LINES}",600,x\r\n`,
    );
    for (const file of [vcard, csv]) {
      for (const more of [[], ["--json"]]) {
        const { stdout, stderr } = await Offhook.run(scratch, [
          "contacts",
          "import",
          file,
          ...more,
        ]);
        assertHarmless(`${new TextDecoder().decode(stdout)}${stderr}`, `import ${file}`);
      }
    }
    for (const more of [[], ["--json"]]) {
      for (const args of [["list"], ["search", MARK], ["add", HOSTILE, "601"]]) {
        assertShown(await Offhook.run(scratch, ["contacts", ...args, ...more]), `contacts ${args}`);
      }
    }
  }));

Deno.test("an error that quotes what was typed or stands in a file quotes it harmless", () =>
  withScratch(async (scratch) => {
    const config = scratch.file("hostile.toml");
    await Deno.writeTextFile(config, `"${MARK}\u009b2J\u202e" = 1\n`);
    const socket = scratch.file(`${MARK}\u009b\u202e.sock`);
    const wrong = [
      [HOSTILE],
      ["dial", HOSTILE],
      ["dial", "600", "--account", HOSTILE],
      ["dial", `sip:x@${MARK}\u009b.invalid`],
      ["dial", "600", `--${HOSTILE}`],
      ["config", "check", "--config", config],
      ["config", "check", "--config", HOSTILE],
      ["status", "--socket", socket],
      ["contacts", "import", HOSTILE],
    ];
    for (const args of wrong) {
      for (const more of [[], ["--json"]]) {
        const result = await Offhook.run(scratch, [...args, ...more]);
        assert.ok(result.status > 1, `${args}: ${result.stderr}`);
        assertShown(result, `${args}`);
      }
    }
  }));
