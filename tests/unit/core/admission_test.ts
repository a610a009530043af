/** Which incoming calls ring, which are refused, and what is left of those. */
import assert from "node:assert/strict";
import type { CallersPolicy } from "../../../src/core/account/caller_policy.ts";
import type { RequestOrigin } from "../../../src/core/ports/sip_port.ts";
import type { Settings } from "../../../src/core/state/state.ts";
import { initialState } from "../../../src/core/step.ts";
import { ACCOUNT, Scene, SETTINGS, theirs } from "./scene.ts";

interface Caller {
  origin?: RequestOrigin;
  source?: string;
  account?: string;
  call?: string;
}

function calling(scene: Scene, caller: Caller = {}, offer = theirs()): Scene {
  return scene.play({
    type: "IncomingCall",
    call: "in",
    account: "desk",
    sipCallId: "x@peer",
    origin: "stranger",
    source: "192.0.2.9",
    from: { uri: "sip:bob@example.test" },
    to: { uri: "sip:alice@example.test" },
    offer,
    transport: "udp",
    ...caller,
  });
}

/** A scene whose account "line" does not register, and whose "direct" has no server. */
function house(settings: Partial<Settings> = {}): Scene {
  const scene = new Scene(settings);
  scene.state = initialState({ ...SETTINGS, ...settings }, [
    ACCOUNT,
    { ...ACCOUNT, id: "line", register: false },
    { ...ACCOUNT, id: "direct", server: "", register: false },
  ]);
  return scene;
}

Deno.test("who may call follows the policy, and without one the kind of account", () => {
  const table: [CallersPolicy | undefined, string, RequestOrigin, string, boolean][] = [
    [undefined, "desk", "server", "192.0.2.1", true],
    [undefined, "desk", "stranger", "192.0.2.9", false],
    [undefined, "line", "stranger", "192.0.2.9", true],
    [undefined, "direct", "stranger", "192.0.2.9", true],
    ["server", "line", "stranger", "192.0.2.9", false],
    ["server", "line", "server", "192.0.2.1", true],
    // There is no server: whoever listens there wants calls.
    ["server", "direct", "stranger", "192.0.2.9", true],
    ["anyone", "desk", "stranger", "192.0.2.9", true],
    [["192.0.2.0/24"], "desk", "stranger", "192.0.2.9", true],
    [["192.0.2.0/24"], "desk", "stranger", "198.51.100.9", false],
    [["192.0.2.0/24"], "desk", "server", "198.51.100.9", true],
    [["2001:db8::/32"], "direct", "stranger", "192.0.2.9", false],
  ];
  for (const [callers, account, origin, source, rings] of table) {
    const scene = calling(house(callers === undefined ? {} : { callers }), {
      account,
      origin,
      source,
    });
    assert.equal(
      scene.phase("in") === "ringing",
      rings,
      JSON.stringify([callers, account, origin]),
    );
    if (rings) continue;
    assert.deepEqual(scene.effects, [{ type: "SendReject", call: "in", status: 403 }]);
    assert.ok(scene.events.every(({ type }) => type === "notice"), "no history");
  }
});

Deno.test("strangers are counted, each source is told once, and a flood of sources is one", () => {
  const scene = house();
  const told: string[] = [];
  for (let call = 0; call < 1_000; call++) {
    calling(scene, { call: `c${call}`, source: `198.51.${100 + (call % 100)}.${call % 7}` });
    told.push(...scene.events.flatMap((e) => e.type === "notice" ? [e.text] : []));
  }
  assert.equal(scene.state.strangers.refused, 1_000);
  assert.equal(told.length, 257);
  assert.match(told[0]!, /198\.51\.100\.0 \(sip:bob@example\.test\): not the account's server/);
  assert.match(told[256]!, /further addresses/);
  assert.equal(scene.state.strangers.sources.size, 257);
  scene.at += 25 * 3_600_000;
  calling(scene, { source: "198.51.100.0" });
  assert.equal(scene.state.strangers.sources.size, 1, "a new day");
});

Deno.test("only a trusted caller is answered by itself", () => {
  const settings: Partial<Settings> = {
    autoAnswer: { callers: ["bob"], afterMs: 0 },
    callers: "anyone",
  };
  const answers = (scene: Scene) =>
    scene.effects.some((e) => e.type === "StartTimer" && e.timer === "auto-answer");
  assert.ok(answers(calling(house(settings), { origin: "server" })));
  assert.ok(!answers(calling(house(settings))), "a From is only a claim");
  assert.ok(answers(calling(house({ ...settings, callers: ["192.0.2.9"] }))));
  assert.ok(answers(calling(house({ ...settings, trust: "everyone" }))));
});

Deno.test("a call that do-not-disturb or a full house refuses is missed, with its caller", () => {
  const table: [Partial<Settings>, string][] = [
    [{ doNotDisturb: true }, "do not disturb"],
    [{ maxCalls: 0 }, "too many calls at one time"],
  ];
  for (const [settings, reason] of table) {
    const scene = calling(house(settings), { origin: "server" });
    assert.deepEqual(scene.effects, [{ type: "SendReject", call: "in", status: 486 }]);
    const record = scene.record();
    assert.deepEqual(
      [record.outcome, record.reason, record.remote.uri, record.direction, record.sipCallId],
      ["missed", reason, "sip:bob@example.test", "incoming", "x@peer"],
    );
    assert.equal(scene.phase("in"), "gone");
  }
});

Deno.test("a call that wants its sound sent to a group is refused with 488 and remembered", () => {
  const scene = calling(house(), { origin: "server" }, theirs({ address: "239.0.0.1" }));
  assert.deepEqual(scene.effects, [{ type: "SendReject", call: "in", status: 488 }]);
  assert.match(scene.record().error?.message ?? "", /wants its sound sent to 239\.0\.0\.1/);
});

Deno.test("a browser's call is refused with 488 where ICE is off, and rings where it is not", () => {
  const browsers = theirs({
    profile: "UDP/TLS/RTP/SAVPF",
    fingerprints: [{ hash: "sha-256", value: "AB" }],
    setup: "actpass",
    rtcpMux: true,
    mid: "0",
    bundled: true,
    ice: { ufrag: "their", password: "their-password-of-22-octets", candidates: [] },
  });
  const trickling = { ...browsers, ice: { ...browsers.ice!, options: ["trickle"] } };
  const refused = calling(house(), { origin: "server" }, trickling);
  assert.deepEqual(refused.effects, [{ type: "SendReject", call: "in", status: 488 }]);
  assert.match(refused.record().error?.message ?? "", /needs ICE, which is switched off/);
  assert.match(refused.record().error?.hint ?? "", /\[ice\]/);
  // A gateway that has ICE and can do without it.
  assert.equal(calling(house(), { origin: "server" }, browsers).phase("in"), "ringing");
  const withIce = new Scene({}, { ...ACCOUNT, ice: "all" });
  assert.equal(calling(withIce, { origin: "server" }, trickling).phase("in"), "ringing");
});

Deno.test("a call without sound in common is refused with 488 and remembered with the reason", () => {
  const scene = calling(house(), { origin: "server" }, theirs({ profile: "RTP/SAVP" }));
  assert.deepEqual(scene.effects, [{ type: "SendReject", call: "in", status: 488 }]);
  const { outcome, error, remote } = scene.record();
  assert.deepEqual([outcome, error?.code, remote.uri], [
    "encryption-failed",
    "encryption-failed",
    "sip:bob@example.test",
  ]);
  assert.match(error?.message ?? "", /encrypted sound \(RTP\/SAVP\)/);
  assert.match(error?.hint ?? "", /TLS or WSS/);

  const unusable = { code: "no-common-codec", message: "only video" } as const;
  const told = house().play({
    type: "IncomingCall",
    call: "in",
    account: "desk",
    sipCallId: "x",
    origin: "server",
    source: "192.0.2.1",
    from: { uri: "sip:bob@example.test" },
    to: { uri: "sip:alice@example.test" },
    offer: null,
    unusable,
    transport: "udp",
  });
  assert.equal(told.record().reason, "only video");
});

Deno.test("a caller hears nothing of our devices", () => {
  const scene = calling(house(), { origin: "server" }).play({ type: "Answer", call: "in" }, {
    type: "MediaFailed",
    call: "in",
    error: { code: "device-failed", message: "the microphone Jabra of alice is gone" },
  });
  assert.deepEqual(scene.effect("SendReject"), { type: "SendReject", call: "in", status: 480 });
  assert.match(scene.record().reason, /Jabra/);
});

Deno.test("a redirection needs a target, and only a redirection takes one", () => {
  const scene = calling(house(), { origin: "server" });
  const reject = { type: "Reject", call: "in" } as const;
  assert.throws(() => scene.play({ ...reject, status: 302 }), { code: "usage" });
  assert.throws(() => scene.play({ ...reject, status: 486, target: "sip:c@x" }), { code: "usage" });
  assert.equal(scene.phase("in"), "ringing");
  scene.play({ ...reject, status: 302, target: "sip:carol@x" });
  assert.deepEqual(scene.effect("SendReject").contacts, ["sip:carol@x"]);
});
