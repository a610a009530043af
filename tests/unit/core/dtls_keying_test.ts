/** Keys by DTLS in the core: what is offered, answered, kept in a running call, and told. */
import assert from "node:assert/strict";
import { agreedDtls, answeredDtls } from "../../../src/core/media/dtls_keying.ts";
import type {
  Fingerprint,
  Keying,
  MediaDescription,
  Setup,
} from "../../../src/core/media/media_description.ts";
import type { Account } from "../../../src/core/account/account.ts";
import type { Input } from "../../../src/core/state/state.ts";
import { viewOf } from "../../../src/core/state/call_view.ts";
import { accepted, ACCOUNT, closed, Scene, theirs } from "./scene.ts";

const OURS: Fingerprint = { hash: "sha-256", value: "00:11" };
const THEIRS: Fingerprint = { hash: "sha-256", value: "AA:BB" };
const OTHER: Fingerprint = { hash: "sha-256", value: "CC:DD" };
const DTLS: Account = { ...ACCOUNT, encryption: "require", keying: "dtls" };
const SUITE = "AES_CM_128_HMAC_SHA1_80" as const;

function secured(setup: Setup, fingerprint = THEIRS, profile = "UDP/TLS/RTP/SAVPF" as const) {
  return theirs({ profile, fingerprints: [fingerprint], setup, rtcpMux: true });
}

function opened(call: string): Input {
  return { type: "MediaOpened", call, port: 5000, rtcpPort: 5001, fingerprint: OURS };
}

function bySecured(call: string, fingerprint = THEIRS): Input {
  return { type: "MediaSecured", call, suite: SUITE, fingerprint };
}

function dialled(account = DTLS): Scene {
  return new Scene({}, account).play(
    { type: "Dial", call: "a", account: "desk", target: "sip:bob@example.test" },
    opened("a"),
  );
}

function talking(): Scene {
  return dialled().play(accepted("a", secured("active")), bySecured("a"));
}

function keyingOf(scene: Scene): Extract<Keying, { kind: "dtls" }> {
  const { keying } = scene.effect("StartMedia").stream;
  assert.ok(keying?.kind === "dtls");
  return keying;
}

Deno.test("an answer takes the role that the offer leaves; a running association keeps its own", () => {
  const roles: [Setup, "active" | "passive" | undefined, string | undefined][] = [
    ["actpass", undefined, "active"],
    ["actpass", "passive", "passive"],
    ["actpass", "active", "active"],
    ["active", undefined, "passive"],
    ["passive", undefined, "active"],
    ["active", "active", "passive"],
    ["holdconn", undefined, undefined],
  ];
  for (const [setup, current, role] of roles) {
    const answered = answeredDtls(secured(setup), OURS, current);
    assert.equal(answered?.keying.role, role, `${setup}, ${current}`);
    assert.equal(answered?.ours.setup, role);
  }
});

Deno.test("of an answer, whoever is not active is passive; without a fingerprint there is no DTLS", () => {
  assert.equal(agreedDtls(secured("active"))?.role, "passive");
  assert.equal(agreedDtls(secured("passive"))?.role, "active");
  assert.equal(agreedDtls(secured("actpass"))?.role, "passive");
  assert.equal(agreedDtls(secured("holdconn")), undefined);
  assert.equal(agreedDtls(theirs()), undefined);
});

Deno.test("our offer has our fingerprint, is actpass, wants one port, and has no other keys", () => {
  const scene = new Scene({}, DTLS).play(
    { type: "Dial", call: "a", account: "desk", target: "sip:bob@example.test" },
  );
  assert.equal(scene.effect("OpenMedia").dtls, true);
  const { offer, inTheClear } = scene.play(opened("a")).effect("SendInvite");
  const { profile, fingerprints, setup, rtcpMux, crypto } = offer!;
  assert.deepEqual([profile, setup, rtcpMux], ["UDP/TLS/RTP/SAVPF", "actpass", true]);
  assert.deepEqual([fingerprints, crypto], [[OURS], undefined]);
  assert.equal(inTheClear, undefined, "a fingerprint is no secret");
  const preferring = dialled({ ...DTLS, encryption: "prefer" }).effect("SendInvite").offer!;
  assert.deepEqual([preferring.profile, preferring.setup], ["RTP/AVP", "actpass"]);
});

Deno.test("an account without it asks for no certificate; nor does one that switched encryption off", () => {
  for (const account of [ACCOUNT, { ...DTLS, encryption: "off" as const }]) {
    const scene = new Scene({}, account).play(
      { type: "Dial", call: "a", account: "desk", target: "sip:bob@example.test" },
    );
    assert.equal(scene.effect("OpenMedia").dtls, undefined);
  }
});

Deno.test("one call may offer its keys the other way than its account", () => {
  const command = {
    type: "Dial",
    call: "a",
    account: "desk",
    target: "sip:b@example.test",
  } as const;
  const other = new Scene({}, ACCOUNT).play({ ...command, keying: "dtls", encryption: "require" });
  assert.equal(other.effect("OpenMedia").dtls, true);
  assert.deepEqual(other.play(opened("a")).effect("SendInvite").offer!.fingerprints, [OURS]);
  const back = new Scene({}, DTLS).play({ ...command, keying: "sdes" });
  assert.equal(back.effect("OpenMedia").dtls, undefined);
  // An INVITE without an offer leaves it to us.
  const asked = ringing(null).play({ type: "Answer", call: "b", keying: "dtls" });
  assert.equal(asked.effect("OpenMedia").dtls, true);
});

Deno.test("the sound counts as encrypted when the handshake has ended, and not before", () => {
  const scene = dialled().play(accepted("a", secured("active")));
  assert.deepEqual(keyingOf(scene).fingerprints, [THEIRS]);
  assert.equal(viewOf(scene.call("a")).security, "none");
  scene.play(bySecured("a"));
  const { security, encryption } = viewOf(scene.call("a"));
  assert.equal(security, "srtp");
  const expected = { keying: "dtls", suite: SUITE, fingerprint: "AA:BB" };
  assert.deepEqual(encryption, expected);
  assert.ok(scene.events.some(({ type }) => type === "call.security"));
  scene.play({ type: "Hangup", call: "a" });
  scene.play(closed("a"), { type: "CallEnded", call: "a", by: "local", reason: "" });
  assert.deepEqual(scene.record().encryption, expected);
});

Deno.test("an answer without keys ends a call that requires them, and is taken where they are preferred", () => {
  const strict = dialled().play(accepted("a", theirs()));
  assert.ok(strict.asked("SendBye"));
  const open = dialled({ ...DTLS, encryption: "prefer" }).play(accepted("a", theirs()));
  assert.equal(open.effect("StartMedia").stream.keying, undefined);
  assert.equal(viewOf(open.call("a")).security, "none");
});

Deno.test("a peer that is not who it should be ends the call with that error", () => {
  const error = { code: "tls-failed" as const, message: "another certificate" };
  const scene = talking().play({ type: "MediaFailed", call: "a", error });
  assert.ok(scene.asked("SendBye"));
  scene.play({ type: "CallEnded", call: "a", by: "local", reason: "" });
  assert.deepEqual(scene.record().error, error);
  assert.equal(scene.record().outcome, "media-failed");
});

Deno.test("a caller's DTLS is taken by an account that offers SDES itself, with a certificate", () => {
  for (const profile of ["UDP/TLS/RTP/SAVPF", "RTP/AVP"] as const) {
    const offer = theirs({ profile, fingerprints: [THEIRS], setup: "actpass", rtcpMux: true });
    const scene = ringing(offer).play({ type: "Answer", call: "b" });
    assert.equal(scene.effect("OpenMedia").dtls, true);
    scene.play(opened("b"));
    const answer = scene.effect("SendAccept").description;
    assert.deepEqual([answer.profile, answer.setup, answer.rtcpMux], [profile, "active", true]);
    assert.deepEqual(answer.fingerprints, [OURS]);
    assert.equal(keyingOf(scene).role, "active");
  }
});

Deno.test("hold and resume keep the certificate, the role and the keys", () => {
  const scene = talking().play({ type: "Hold", call: "a" });
  const { offer } = scene.effect("SendReinvite");
  const { profile, fingerprints, setup, rtcpMux } = offer!;
  assert.deepEqual(
    [profile, fingerprints, setup, rtcpMux],
    ["UDP/TLS/RTP/SAVPF", [OURS], "actpass", true],
  );
  const before = keyingOf(talkingStart());
  scene.play({
    type: "OfferAccepted",
    call: "a",
    description: { ...secured("active"), direction: "recvonly" },
  });
  assert.deepEqual(keyingOf(scene), before);
  assert.equal(viewOf(scene.call("a")).security, "srtp");
});

Deno.test("a re-INVITE keeps our role, and another fingerprint of the peer's goes to media", () => {
  const scene = talking();
  scene.play({ type: "RemoteOffer", call: "a", offer: secured("actpass") });
  assert.equal(scene.effect("AnswerOffer").description.setup, "passive");
  assert.deepEqual(keyingOf(scene), keyingOf(talkingStart()));
  scene.play({ type: "RemoteOffer", call: "a", offer: secured("actpass", OTHER) });
  assert.deepEqual(keyingOf(scene).fingerprints, [OTHER]);
  scene.play(bySecured("a", OTHER));
  assert.equal(viewOf(scene.call("a")).encryption?.fingerprint, "CC:DD");
});

Deno.test("a re-INVITE without keys is refused where they are required, and the call goes on", () => {
  const scene = talking().play({ type: "RemoteOffer", call: "a", offer: theirs() });
  assert.equal(scene.effect("RejectOffer").status, 488);
  assert.equal(viewOf(scene.call("a")).security, "srtp");
});

function talkingStart(): Scene {
  return dialled().play(accepted("a", secured("active")));
}

function ringing(offer: MediaDescription | null): Scene {
  return new Scene({}, ACCOUNT).ringing("b", offer);
}
