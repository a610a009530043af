/** One-way sound: when it is told, why, when it is over, and when it ends the call. */
import assert from "node:assert/strict";
import type { MediaReport } from "../../../src/core/ports/media_report.ts";
import type { Input, Settings } from "../../../src/core/state/state.ts";
import { SILENCE_CAUSES, silenceOf } from "../../../src/core/state/silence.ts";
import { accepted, byeDone, closed, REPORT, Scene, theirs } from "./scene.ts";

const PEER = { address: "192.0.2.7", port: 4000 };
/** Nothing comes, for five seconds. */
const NOTHING = { received: 0, rtpSilentMs: 5_000, rtcpSilentMs: 5_000, peer: PEER };

function report(change: Partial<MediaReport>): Input {
  return { type: "MediaReported", call: "a", report: { ...REPORT, ...change } };
}

function told(scene: Scene) {
  return scene.events.flatMap((event) => event.type === "call.silence" ? [event.detail] : []);
}

/** What is told of a talking call by one report. */
function causeOf(change: Partial<MediaReport>, scene = new Scene().talking()): string | undefined {
  const [detail] = told(scene.play(report(change)));
  return detail?.silent ? `${detail.direction} ${detail.cause} ${detail.at}`.trimEnd() : undefined;
}

Deno.test("the cause is what the facts say", () => {
  const ice = (state: "checking" | "failed" | "connected") => ({ ...NOTHING, ice: { state } });
  const from = { address: "2001:db8::9", port: 9 };
  const at = "192.0.2.7:4000";
  const table: [string, Partial<MediaReport>, string | undefined][] = [
    ["sound", {}, undefined],
    ["not yet", { ...NOTHING, rtpSilentMs: 2_900 }, undefined],
    ["nothing ever", NOTHING, `incoming nothing-came ${at}`],
    ["no address known", { ...NOTHING, peer: undefined }, `incoming nothing-came ${at}`],
    ["stopped", { ...NOTHING, received: 9 }, `incoming stopped ${at}`],
    ["RTCP alone", { ...NOTHING, rtcpReceived: 2 }, `incoming reports-only ${at}`],
    ["RTCP after the last sound", {
      ...NOTHING,
      received: 9,
      rtcpReceived: 2,
      rtcpSilentMs: 2_000,
    }, `incoming reports-only ${at}`],
    ["no RTCP since the last sound", {
      ...NOTHING,
      received: 9,
      rtcpReceived: 2,
      rtcpSilentMs: 7_000,
    }, `incoming stopped ${at}`],
    ["RTCP and sound stopped at one time", {
      ...NOTHING,
      received: 9,
      rtcpReceived: 2,
      rtcpSilentMs: 4_990,
    }, `incoming stopped ${at}`],
    ["RTCP stopped too", {
      ...NOTHING,
      received: 9,
      rtcpReceived: 2,
      rtcpSilentMs: 16_000,
    }, `incoming stopped ${at}`],
    ["unsent", { ...NOTHING, unsent: "Network is unreachable" }, `incoming unsent ${at}`],
    ["ICE failed", ice("failed"), `incoming no-way ${at}`],
    ["ICE checks", ice("checking"), `incoming no-way ${at}`],
    ["ICE works", ice("connected"), `incoming nothing-came ${at}`],
    ["from elsewhere", {
      ...NOTHING,
      ignored: { reason: "other-address", ...from },
    }, "incoming elsewhere [2001:db8::9]:9"],
    ["other keys", {
      ...NOTHING,
      ignored: { reason: "not-authentic", ...from },
    }, "incoming wrong-keys [2001:db8::9]:9"],
    ["other format", {
      ...NOTHING,
      ignored: { reason: "other-format", payloadType: 99 },
    }, `incoming other-format ${at}`],
    ["comfort noise", { ...NOTHING, received: 9, pausing: true }, undefined],
    ["comfort noise, and the peer is gone", {
      ...NOTHING,
      received: 9,
      pausing: true,
      rtcpReceived: 2,
      rtcpSilentMs: 16_000,
    }, `incoming stopped ${at}`],
    ["they hear nothing", { remoteSilentMs: 5_000, peer: PEER }, `outgoing not-arriving ${at}`],
    ["a dead microphone", { microphoneSilentMs: 10_000 }, "outgoing microphone"],
    ["a gate", { microphoneSilentMs: 9_000 }, undefined],
  ];
  for (const [name, change, expected] of table) assert.equal(causeOf(change), expected, name);
});

Deno.test("keys that have not come are the cause, whatever else is seen", () => {
  const fingerprint = { hash: "sha-256", value: "AA" };
  const scene = new Scene({}, {
    ...new Scene().state.accounts.get("desk")!.account,
    keying: "dtls",
  })
    .play({ type: "Dial", call: "a", account: "desk", target: "sip:bob@example.test" }, {
      type: "MediaOpened",
      call: "a",
      port: 5000,
      rtcpPort: 5001,
      fingerprint,
    });
  scene.play(accepted(
    "a",
    theirs({ profile: "UDP/TLS/RTP/SAVP", fingerprints: [fingerprint], setup: "active" }),
  ));
  assert.equal(scene.phase("a"), "established");
  const junk = { ...NOTHING, ignored: { reason: "not-authentic", ...PEER } as const };
  assert.equal(causeOf(junk, scene), "incoming no-keys 192.0.2.7:4000");
});

Deno.test("who only listens says so; nobody is missed on hold, before the answer or when muted", () => {
  const listens = new Scene().dialled().play(accepted("a", theirs({ direction: "recvonly" })));
  assert.equal(causeOf({}, listens), undefined);
  listens.at += 3_000;
  assert.equal(causeOf({}, listens), "incoming by-agreement");
  const held = new Scene().talking().play({ type: "Hold", call: "a" });
  assert.equal(causeOf(NOTHING, held), undefined);
  const holds = new Scene().talking()
    .play({ type: "RemoteOffer", call: "a", offer: theirs({ direction: "sendonly" }) });
  assert.equal(causeOf(NOTHING, holds), undefined);
  const early = new Scene().dialled().play({
    type: "CallProgress",
    call: "a",
    status: 183,
    reason: "",
    dialog: "1",
    description: theirs(),
  });
  assert.equal(causeOf(NOTHING, early), undefined);
  const muted = new Scene().talking().play({ type: "Mute", call: "a", muted: true });
  assert.equal(causeOf({ microphoneSilentMs: 60_000 }, muted), undefined);
});

Deno.test("three seconds are three: a timer tells what the next report would tell too late", () => {
  const scene = new Scene().talking().play(report({ rtpSilentMs: 1_000 }));
  assert.ok(!scene.asked("StartTimer"), "the next report is in time");
  const { timer, ms } = scene.play(report({ rtpSilentMs: 2_400 })).effect("StartTimer");
  assert.deepEqual([timer, ms], ["silence", 600]);
  const fired: Input = { type: "TimerFired", subject: "call", timer: "silence", call: "a" };
  scene.at += 590;
  const [detail] = told(scene.play(fired));
  assert.deepEqual([detail?.silent, detail?.silent && detail.since], [true, scene.at - 3_000]);
  assert.deepEqual(told(scene.play(fired)), [], "once");
  // A report that came in between says that sound is back: the timer is wrong then.
  const back = new Scene().talking().play(report({ rtpSilentMs: 2_400 }), report({}));
  assert.deepEqual(told(back.play(fired)), []);
});

Deno.test("a silence is told once, better when more is known, and when it is over", () => {
  const scene = new Scene().talking();
  const start = scene.play(report(NOTHING)).at - 5_000;
  assert.deepEqual(told(scene.play(report({ ...NOTHING, rtpSilentMs: 6_000 }))), []);
  const { silence } = scene.events.find((event) => event.type === "call.media")!.call;
  assert.deepEqual(silence, { incoming: silenceOf("nothing-came", "192.0.2.7:4000", start) });
  const elsewhere = { ...NOTHING, ignored: { reason: "other-address", ...PEER } as const };
  const [better] = told(scene.play(report(elsewhere)));
  assert.ok(better?.silent && better.cause === "elsewhere" && better.since === start);
  assert.deepEqual(told(scene.play(report(NOTHING))), [], "never worse again");
  const [over] = told(scene.play(report({ received: 50 })));
  assert.deepEqual(over, { direction: "incoming", silent: false, lastedMs: scene.at - start });
  assert.equal(scene.call("a").silences, undefined);
  // The first packet of all does not wait for a report.
  const first = new Scene().talking().play(report(NOTHING));
  const [heard] = told(first.play({ type: "MediaHeard", call: "a" }));
  assert.equal(heard?.silent, false);
});

Deno.test("each direction is told by itself, and hold ends both without a word", () => {
  const scene = new Scene().talking().play(report({ ...NOTHING, remoteSilentMs: 4_000 }));
  assert.deepEqual(told(scene).map(({ direction }) => direction), ["incoming", "outgoing"]);
  const back = scene.play(report({ ...NOTHING, remoteSilentMs: 0 }));
  assert.deepEqual(told(back).map(({ direction, silent }) => [direction, silent]), [
    ["outgoing", false],
  ]);
  const unknown = new Scene().talking().play(report({ remoteSilentMs: 4_000 }), report({}));
  assert.ok(unknown.call("a").silences?.outgoing, "who reports no more does not say that it hears");
  scene.play({ type: "Hold", call: "a" }, report(NOTHING));
  assert.deepEqual([told(scene), scene.call("a").silences], [[], undefined]);
});

Deno.test("a peer that was seen to pause is not missed again while its reports come", () => {
  const pause = { ...NOTHING, received: 50, rtcpReceived: 2, rtcpSilentMs: 1_000 };
  const scene = new Scene().talking().play(report(pause), report({ received: 60, lost: 0 }));
  assert.deepEqual(told(scene).map(({ silent }) => silent), [true, false]);
  assert.deepEqual(told(scene.play(report({ ...pause, received: 60 }))), []);
  assert.equal(told(scene.play(report({ ...pause, rtcpSilentMs: 16_000 }))).length, 1);
  // The first report after the sound was still to come when it was missed.
  const early = { ...pause, rtcpSilentMs: 6_000 };
  const quick = new Scene().talking().play(
    report(early),
    report({ received: 60, rtcpReceived: 3 }),
  );
  assert.deepEqual(told(quick).map((detail) => detail.silent && detail.cause), ["stopped", false]);
  assert.deepEqual(told(quick.play(report({ ...pause, received: 60 }))), []);
  const lossy = new Scene().talking().play(report(pause), report({ received: 60, lost: 150 }));
  assert.equal(told(lossy.play(report(pause))).length, 1, "packets were lost: that was no pause");
});

Deno.test("a limit of silence ends the call, with another one on hold and none by default", () => {
  const ends = (scene: Scene, change: Partial<MediaReport>, ms: number) => {
    scene.play(report(change));
    scene.at += ms - 20;
    const before = scene.play(report(change)).phase("a");
    scene.at += 10;
    return [before, scene.play(report(change)).phase("a")];
  };
  const limits: Partial<Settings> = { silenceLimitMs: 60_000, heldSilenceLimitMs: 600_000 };
  const talking = () => new Scene(limits).talking();
  const held = () => talking().play({ type: "Hold", call: "a" });
  const [goesOn, ended] = [["established", "established"], ["established", "ending"]];
  assert.deepEqual(ends(talking(), NOTHING, 60_000), ended);
  assert.deepEqual(ends(held(), NOTHING, 60_000), goesOn);
  assert.deepEqual(ends(held(), NOTHING, 600_000), ended);
  assert.deepEqual(ends(new Scene().talking(), NOTHING, 9_000_000), goesOn, "off by default");
  const own = new Scene(limits).play(
    {
      type: "Dial",
      call: "a",
      account: "desk",
      target: "sip:bob@example.test",
      limits: { silenceMs: 5_000 },
    },
    { type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 },
    accepted("a"),
  );
  assert.deepEqual(ends(own, NOTHING, 5_000), ended, "what the caller asked for goes before");
});

Deno.test("what counts against the limit are packets: RTP alone, and on hold RTCP as well", () => {
  const limits = { silenceLimitMs: 60_000, heldSilenceLimitMs: 60_000 };
  const phase = (scene: Scene, counters: (i: number) => Partial<MediaReport>) => {
    for (let i = 0; i < 70 && scene.phase("a") === "established"; i++) {
      scene.at += 990;
      // A session refresh begins the silence of the stream anew, and not this one.
      scene.play(report({ rtpSilentMs: 0, ...counters(i) }));
    }
    return scene.phase("a");
  };
  const talking = () => new Scene(limits).talking();
  const held = () => talking().play({ type: "Hold", call: "a" });
  assert.equal(phase(talking(), () => ({ received: 7 })), "ending");
  assert.equal(phase(talking(), (i) => ({ received: 7, rtcpReceived: i })), "ending");
  assert.equal(phase(talking(), (i) => ({ received: i })), "established");
  assert.equal(phase(held(), () => ({ received: 7 })), "ending");
  assert.equal(phase(held(), (i) => ({ received: 7, rtcpReceived: i })), "established");
});

Deno.test("the record of a call that silence ended says why, and what was silent", () => {
  const scene = new Scene({ silenceLimitMs: 5_000 }).talking().play(report(NOTHING));
  scene.at += 5_000;
  assert.ok(scene.play(report(NOTHING)).asked("SendBye"));
  const { outcome, endedBy, error, silence } = scene.play(closed("a"), byeDone("a")).record();
  assert.deepEqual([outcome, endedBy, error?.code], ["media-failed", "local", "media-failed"]);
  assert.match(error!.message, /for 5 s: we send to 192\.0\.2\.7:4000, and nothing comes back$/);
  assert.equal(silence?.incoming?.cause, "nothing-came");
});

Deno.test("every cause has a sentence and a step to take, without an address as well", () => {
  for (const cause of SILENCE_CAUSES) {
    const { text, hint } = silenceOf(cause, "", 0);
    assert.match(text, /^[a-z].*[^.]$/, cause);
    assert.match(hint, /[.?]$/, cause);
    assert.doesNotMatch(text, /undefined| {2}| $/);
  }
});
