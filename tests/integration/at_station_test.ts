/** Call commands on a running station: which phone they use, what they leave, what they follow. */
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/cli.ts";
import { LocalPhone } from "../../src/control/local/local_phone.ts";
import type { Sequenced } from "../../src/control/contract/phone.ts";
import { DIRECT_ACCOUNT } from "../../src/core/account/account.ts";
import { ControlServer } from "../../src/control/server/server.ts";
import type { CoreLoop } from "../../src/station/phone/core_loop.ts";
import { event as eventSchema } from "../../src/control/contract/events.ts";
import { actionSchema, callsSchema, statusSchema } from "../../src/control/schemas/live.ts";
import { agreeableCore } from "../fakes/agreeable_core.ts";
import { FakeIo, type FakeIoOptions, settle } from "../fakes/fake_io.ts";
import { FakePhone } from "../fakes/fake_phone.ts";
import { ACCOUNT, theirs } from "../unit/core/scene.ts";

interface Scene {
  core: CoreLoop;
  events: Sequenced[];
  server: ControlServer;
  /** A command in the environment of the station. */
  start(args: string[], options?: FakeIoOptions): {
    io: FakeIo;
    own: FakePhone;
    status: Promise<number>;
  };
  ring(id: string, uri?: string): void;
  until<T>(look: () => T | undefined): Promise<T>;
}

async function withStation(run: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const core = agreeableCore([{ ...ACCOUNT, id: DIRECT_ACCOUNT, server: "", register: false }]);
  const events: Sequenced[] = [];
  core.listen((event) => events.push(event));
  const server = await ControlServer.start({
    phone: new LocalPhone(core, () => Promise.resolve()),
    station: { name: "test", version: "0", pid: 1 },
    listen: { kind: "unix", path: `${folder}/offhook/default/control.sock` },
    log: () => {},
  });
  const until: Scene["until"] = async (look) => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await settle();
    }
  };
  try {
    await run({
      core,
      events,
      server,
      until,
      start(args, options = {}) {
        const io = new FakeIo({ ...options, environment: { XDG_RUNTIME_DIR: folder } });
        const own = new FakePhone();
        return { io, own, status: runCli(args, { io, openPhone: own.open }) };
      },
      ring: (call, uri = "sip:bob@example.test") =>
        core.submit({
          type: "IncomingCall",
          call,
          account: "desk",
          sipCallId: `${call}@peer`,
          origin: "server",
          source: "192.0.2.1",
          from: { uri },
          to: { uri: "sip:alice@example.test" },
          offer: theirs(),
          transport: "udp",
        }),
    });
  } finally {
    await server.close();
    core.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const live = ({ core }: Scene) => [...core.state.calls.values()];

Deno.test("dial uses the running station, follows the call there and says how it went", () =>
  withStation(async (scene) => {
    const { io, own, status } = scene.start(["dial", "600", "--json", "--dtmf", "1"]);
    const call = await scene.until(() => live(scene)[0]);
    assert.deepEqual([call.account, call.request.target], ["desk", "sip:600@example.test"]);
    await scene.until(() => /answered/.test(io.stderr.text) || undefined);
    scene.core.submit({ type: "CallEnded", call: call.id, by: "remote", reason: "" });
    assert.equal(await status, 0, io.stderr.text);
    assert.equal(JSON.parse(io.stdout.text).schema, "offhook.call/1");
    assert.equal(own.options, undefined, "no phone of its own");
  }));

Deno.test("SIGINT hangs the station's call up; the status is 130", () =>
  withStation(async (scene) => {
    const { io, status } = scene.start(["dial", "600"]);
    await scene.until(() => /answered/.test(io.stderr.text) || undefined);
    io.interrupt();
    assert.equal(await status, 130);
    assert.deepEqual(live(scene), []);
  }));

Deno.test("a call that the far end transfers is followed to where it goes, and hung up with us", () =>
  withStation(async (scene) => {
    const { settings } = scene.core.state;
    const accounts = [...scene.core.state.accounts.values()].map(({ account }) => account);
    const following = { ...settings, transfers: "follow" } as const;
    scene.core.command({ type: "Configure", settings: following, accounts });
    const { io, status } = scene.start(["dial", "600", "--json"]);
    await scene.until(() => /answered/.test(io.stderr.text) || undefined);
    const first = live(scene)[0].id;
    const refer = { type: "ReferReceived", call: first, target: "sip:carol@example.test" } as const;
    scene.core.submit({ ...refer, referral: "leg" });
    await scene.until(() => /transferred to sip:carol/.test(io.stderr.text) || undefined);
    scene.core.submit({ type: "CallEnded", call: first, by: "remote", reason: "" });
    await settle();
    assert.equal(io.stdout.text, "", "it goes on");
    io.interrupt();
    assert.equal(await status, 130);
    assert.equal(JSON.parse(io.stdout.text).remote, "sip:bob@example.test");
    assert.deepEqual(live(scene), []);

    // Who dies without a word takes it along, too.
    const lost = scene.start(["dial", "600"]);
    await scene.until(() => /answered/.test(lost.io.stderr.text) || undefined);
    scene.core.submit({ ...refer, call: live(scene)[0].id, referral: "leg-2" });
    await scene.until(() => /transferred to/.test(lost.io.stderr.text) || undefined);
    await scene.server.close();
    assert.equal(await lost.status, 11);
    await scene.until(() => live(scene).length === 0 || undefined);
  }));

Deno.test("transfer waits for its outcome and has its exit status; --no-wait only begins", () =>
  withStation(async (scene) => {
    await scene.start(["dial", "600", "--detach"]).status;
    const call = live(scene)[0].id;
    const news = (status: number, reason: string) =>
      scene.core.submit({ type: "ReferProgress", call, status, reason });
    const transferring = async (...args: string[]) => {
      const run = scene.start(["transfer", "700", ...args]);
      await scene.until(() => {
        const { phase } = scene.core.state.calls.get(call)!;
        return phase.name === "established" && phase.transfer.name === "referred" || undefined;
      });
      return run;
    };
    const begun = await transferring("--no-wait");
    assert.equal(await begun.status, 0, begun.io.stderr.text);
    for (const [status, reason, exit] of [[486, "Busy Here", 5], [404, "Not Found", 8]] as const) {
      news(status, reason);
      const failed = await transferring();
      news(100, "Trying");
      news(status, reason);
      assert.equal(await failed.status, exit);
      assert.match(failed.io.stderr.text, new RegExp(`700.*${status} ${reason}[^]*is back`));
    }
    const done = await transferring();
    news(200, "OK");
    assert.equal(await done.status, 0);
    assert.match(done.io.stderr.text, /talks with 700 now/);
    assert.deepEqual(live(scene), []);
    const nothing = scene.start(["hangup"]);
    assert.equal(await nothing.status, 8, "no call is on: no fault of who typed it");
  }));

Deno.test("--detach prints the call's id and leaves the call; a bound one ends with its client", () =>
  withStation(async (scene) => {
    const plain = scene.start(["dial", "600", "--detach"]);
    assert.equal(await plain.status, 0, plain.io.stderr.text);
    const [call] = live(scene);
    assert.equal(plain.io.stdout.text, `${call.id}\n`);
    const json = scene.start(["dial", "601", "--detach", "--json"]);
    assert.equal(await json.status, 0);
    assert.equal(JSON.parse(json.io.stdout.text).action, "dial");
    await settle();
    assert.equal(live(scene).length, 2, "both go on");
  }));

Deno.test("an address with a host of its own is called directly, as without a station", () =>
  withStation(async (scene) => {
    for (
      const [target, account] of [
        ["sip:x@198.51.100.7", DIRECT_ACCOUNT],
        ["sip:x@EXAMPLE.test", "desk"],
      ]
    ) {
      assert.equal(await scene.start(["dial", target, "--detach"]).status, 0);
      assert.equal(live(scene).at(-1)?.account, account, target);
    }
  }));

Deno.test("paths are those of the caller's folder; what is not asked for is the station's", () =>
  withStation(async (scene) => {
    const args = ["dial", "600", "--detach", "--mic=file:a.wav", "--record=r.wav"];
    const { io, status } = scene.start([...args, "--speaker=null"], { cwd: "/somewhere" });
    assert.equal(await status, 0, io.stderr.text);
    assert.deepEqual(live(scene)[0].endpoints, {
      microphone: { kind: "file", path: "/somewhere/a.wav", loop: false },
      speaker: { kind: "null" },
      record: "/somewhere/r.wav",
    });
    await scene.start(["dial", "600", "--detach"]).status;
    assert.deepEqual(live(scene)[1].endpoints, scene.core.state.settings.endpoints);
  }));

Deno.test("flags about a phone of one's own and --standalone use none", () =>
  withStation(async (scene) => {
    const silent = ["--mic=silence", "--speaker=null"];
    const rows = [
      ["--standalone", ...silent],
      ["--server=pbx.test", "--user=al", ...silent],
      ["--trace=-", "--transport=tcp", ...silent],
      ["--log-level=debug", ...silent],
      ["--account=nobody", "--server=s", "--user=u", ...silent],
    ];
    for (const flags of rows) {
      const { own, io, status } = scene.start(["dial", "sip:600@10.0.0.1", ...flags]);
      if (flags[0] === "--account=nobody") {
        assert.equal(await status, 3, io.stderr.text);
        continue;
      }
      await scene.until(() => own.requests[0]);
      io.interrupt();
      own.onRequest = () => {};
      const { aRecord } = await import("../fakes/fake_phone.ts");
      own.tell({ type: "call.ended", record: aRecord() });
      await status;
      const both = scene.start(["dial", "600", "--detach", ...flags]);
      assert.equal(await both.status, 2, flags.join(" "));
      assert.match(both.io.stderr.text, /--detach needs the station/);
    }
    assert.deepEqual(live(scene), []);
  }));

Deno.test("--socket and --detach without a station: 11", async () => {
  for (const flag of ["--detach", "--socket=/nowhere/control.sock"]) {
    const io = new FakeIo();
    const status = await runCli(["dial", "600", flag], { io, openPhone: new FakePhone().open });
    assert.equal(status, 11, io.stderr.text);
    assert.match(io.stderr.text, /no station answers at \/nowhere/);
  }
});

Deno.test("a station that goes away ends the command with 11", () =>
  withStation(async (scene) => {
    const { io, status } = scene.start(["dial", "600"]);
    await scene.until(() => /answered/.test(io.stderr.text) || undefined);
    await scene.server.close();
    assert.equal(await status, 11);
    assert.match(io.stderr.text, /went away/);
  }));

Deno.test("answer takes what rings at the station, and leaves other calls to others", () =>
  withStation(async (scene) => {
    const { io, own, status } = scene.start(["answer", "--accept", "bob", "--json"]);
    await scene.until(() => /waiting for calls/.test(io.stderr.text) || undefined);
    scene.ring("eve", "sip:eve@example.test");
    scene.ring("bob");
    await scene.until(() =>
      scene.core.state.calls.get("bob")?.phase.name === "established" || undefined
    );
    assert.equal(scene.core.state.calls.get("eve")?.phase.name, "ringing");
    scene.core.submit({ type: "CallEnded", call: "bob", by: "remote", reason: "" });
    assert.equal(await status, 0, io.stderr.text);
    assert.equal(JSON.parse(io.stdout.text).outcome, "answered");
    assert.equal(own.options, undefined);
    const detached = scene.start(["answer", "--detach"]);
    assert.equal(await detached.status, 0, detached.io.stderr.text);
    assert.equal(detached.io.stdout.text, "eve\n");
    assert.equal(scene.core.state.calls.get("eve")?.phase.name, "established");
  }));

Deno.test("several ringing calls and no --call: an error that lists them", () =>
  withStation(async (scene) => {
    scene.ring("a");
    scene.ring("b", "sip:eve@example.test");
    const { io, status } = scene.start(["answer", "--detach", "--json"]);
    assert.equal(await status, 2);
    const { error } = JSON.parse(io.stdout.text);
    assert.equal(error.code, "ambiguous-call");
    assert.deepEqual(error.data.calls.map(({ id }: { id: string }) => id), ["a", "b"]);
    const named = scene.start(["answer", "--detach", "--call", "b"]);
    assert.equal(await named.status, 0, named.io.stderr.text);
    assert.equal(named.io.stdout.text, "b\n");
    assert.equal(await scene.start(["answer", "--detach", "--call", "none"]).status, 2);
  }));

Deno.test("a call that another client answers first is not ours: the next one is", () =>
  withStation(async (scene) => {
    const { io, status } = scene.start(["answer", "--json"]);
    await scene.until(() => /waiting for calls/.test(io.stderr.text) || undefined);
    scene.ring("a");
    scene.core.command({ type: "Answer", call: "a" });
    await settle();
    scene.ring("b");
    await scene.until(() =>
      scene.core.state.calls.get("b")?.phase.name === "established" || undefined
    );
    scene.core.submit({ type: "CallEnded", call: "b", by: "remote", reason: "" });
    assert.equal(await status, 0, io.stderr.text);
    assert.equal(JSON.parse(io.stdout.text).callId, "b@peer");
    assert.equal(scene.core.state.calls.get("a")?.phase.name, "established");
  }));

Deno.test("register tells the station's registration and registers nothing of its own", () =>
  withStation(async (scene) => {
    const registered = { state: "registered", expires: 60 } as const;
    scene.core.submit({ type: "RegistrationChanged", account: "desk", registration: registered });
    const { io, own, status } = scene.start(["register", "--json"]);
    assert.equal(await status, 0, io.stderr.text);
    const report = JSON.parse(io.stdout.text);
    assert.deepEqual([report.account, report.expires], ["desk", 60]);
    assert.equal(own.options, undefined);
  }));

Deno.test("the JSON of every live command fits its schema", () =>
  withStation(async (scene) => {
    const run = async (...args: string[]) => {
      const { io, status } = scene.start([...args, "--json"]);
      assert.equal(await status, 0, `${args}: ${io.stderr.text}`);
      return JSON.parse(io.stdout.text);
    };
    const events = scene.start(["events", "--json"]);
    await settle();
    actionSchema.parse(await run("dial", "600", "--detach"));
    for (const [name, ...args] of [["hold"], ["resume"], ["mute"], ["unmute"], ["dtmf", "1"]]) {
      assert.equal(actionSchema.parse(await run(name!, ...args)).action, name);
    }
    const volumes = [["up"], ["-6"], ["down"], []];
    for (const [index, volume] of [2, -6, -8, -8].entries()) {
      assert.equal(actionSchema.parse(await run("volume", ...volumes[index]!)).volume, volume);
    }
    const { speech } = actionSchema.parse(await run("speech", "agc", "on"));
    assert.deepEqual(speech, { highPass: false, noiseSuppression: false, agc: true, echo: "off" });
    assert.deepEqual(actionSchema.parse(await run("speech")).speech, speech);
    assert.equal(statusSchema.parse(await run("status")).calls.length, 1);
    assert.equal(callsSchema.parse(await run("calls")).calls[0]!.state, "active");
    await run("dial", "601", "--detach");
    assert.equal(actionSchema.parse(await run("swap")).action, "swap");
    const [first] = live(scene);
    actionSchema.parse(await run("hangup", "--call", first!.id));
    await scene.until(() => /call.ended/.test(events.io.stdout.text) || undefined);
    events.io.interrupt();
    assert.equal(await events.status, 130);
    const lines = events.io.stdout.text.trim().split("\n").map((line) => JSON.parse(line));
    for (const line of lines) eventSchema.parse(line);
    assert.deepEqual(lines.map(({ seq }) => seq), lines.map((_, index) => lines[0].seq + index));
  }));
