/** A password and tokens that no face of a running station ever shows. */
import assert from "node:assert/strict";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import type { Sequenced } from "../../src/control/contract/phone.ts";
import { Offhook } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";
import { aPbx, connect, PASSWORD, startStation } from "../peers/station.ts";

const TOKEN = "canary-of-an-operator";
const GUESS = "canary-of-a-stranger";
/** Digest answers are as good as the password for who can guess offline. */
const SECRETS = [PASSWORD, TOKEN, GUESS, /response="?[0-9a-f]{16}/];

Deno.test("no face shows a secret: log, trace, ladder, status, events, history, configuration", () =>
  withScratch(async (scratch) => {
    await Deno.writeTextFile(scratch.file("operator.token"), TOKEN, { mode: 0o600 });
    const more = `[logging]
level = "trace"
[[station.control]]
listen = "127.0.0.1:0"
operator_token_file = "${scratch.file("operator.token")}"
`;
    const scene = await aPbx(scratch, more);
    const { env, socket } = scene;
    const trace = scratch.file("sip.trace");
    const station = await startStation(scratch, scene, { args: ["--trace", trace] });
    const [, place] = await station.waitFor("stderr", /station on \S+, ([^\s"]+)/);
    const address = `ws://${place}`;
    await assert.rejects(RemotePhone.connect({ address, token: GUESS }), /token/);
    const operator = await RemotePhone.connect({ address, token: TOKEN });
    await assert.rejects(operator.request("ladder", { sipCallId: "x" }), /role admin/);
    const admin = await connect(socket);
    const events: Sequenced[] = [];
    await admin.subscribe((event) => events.push(event));

    const faces = new Map<string, string>();
    const command = async (...args: string[]) => {
      const { stdout, stderr, status } = await Offhook.run(scratch, args, { env });
      faces.set(args.join(" "), new TextDecoder().decode(stdout) + stderr);
      assert.equal(status, 0, stderr);
    };
    await command("dial", "600", "--duration", "200ms", "--json");
    await command("status", "--json");
    await command("calls", "--json");
    await command("history", "--json");
    await command("config", "show");
    await command("config", "show", "--json");
    const ended = events.find(({ type }) => type === "call.ended");
    assert.ok(ended?.type === "call.ended");
    const { messages } = await admin.request("ladder", { sipCallId: ended.record.sipCallId! });
    faces.set("ladder", JSON.stringify(messages));
    faces.set("events", JSON.stringify(events));
    faces.set("snapshot", JSON.stringify(await operator.request("status", {})));
    await Promise.all([operator.close(), admin.close()]);
    Deno.kill(station.pid, "SIGTERM");
    const { stderr, status } = await station.finished;
    assert.equal(status, 0);
    faces.set("log", stderr);
    faces.set("trace", await Deno.readTextFile(trace));
    assert.match(faces.get("trace")!, /^Authorization: /m, "the server asked for the password");
    for (const [face, text] of faces) {
      assert.ok(text.length > 10, `${face} says nothing`);
      for (const secret of SECRETS) {
        const shown = typeof secret === "string" ? text.includes(secret) : secret.test(text);
        assert.ok(!shown, `${face} shows ${secret}`);
      }
    }
  }));
