/** Encryption of sound: who offers what, what is taken, which keys stay, and what is refused. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import type { Encryption } from "../../../src/core/account/encryption.ts";
import type {
  CryptoAttribute,
  Keying,
  MediaDescription,
  SrtpSuite,
} from "../../../src/core/media/media_description.ts";
import { type SdesKeys } from "../../../src/core/media/encryption.ts";
import { SUITE_PARAMETERS } from "../../../src/core/media/srtp_suites.ts";
import { encryptionOf } from "../../../src/core/state/call_view.ts";
import type { Effect } from "../../../src/core/state/state.ts";
import { ACCOUNT, Scene, theirs } from "./scene.ts";

const SUITE: SrtpSuite = "AES_CM_128_HMAC_SHA1_80";

/** Keys of a party, other ones for each letter. */
function keysOf(letter: string): SdesKeys {
  const keys = Object.entries(SUITE_PARAMETERS).map(([suite, { keyLength, saltLength }]) => [
    suite,
    btoa(letter.repeat(keyLength + saltLength)),
  ]);
  return Object.fromEntries(keys) as SdesKeys;
}

const OURS = keysOf("o");
const PEERS = keysOf("p");

function line(
  tag = 1,
  suite: string = SUITE,
  change: Partial<CryptoAttribute> = {},
): CryptoAttribute {
  const keySalt = PEERS[suite as SrtpSuite] ?? "AAAA";
  return { tag, suite, keys: [{ keySalt }], parameters: [], ...change };
}

const opened = (call: string) =>
  ({ type: "MediaOpened", call, port: 5000, rtcpPort: 5001, keys: OURS }) as const;

function phone(encryption?: Encryption, more: { cleartextKeys?: true } = {}): Scene {
  return new Scene({}, { ...ACCOUNT, ...(encryption && { encryption }), ...more });
}

type Of<T extends Effect["type"]> = Extract<Effect, { type: T }>;
function asked<T extends Effect["type"]>(scene: Scene, type: T): Of<T> {
  const found = scene.effects.filter((effect) => effect.type === type).at(-1);
  assert.ok(found, `${type} among ${scene.effects.map((effect) => effect.type)}`);
  return found as Of<T>;
}

function dialled(
  encryption?: Encryption,
  more: { cleartextKeys?: true } = {},
  wish?: Encryption,
): Scene {
  const scene = phone(encryption, more);
  scene.play({
    type: "Dial",
    call: "a",
    account: "desk",
    target: "sip:bob@example.test",
    ...(wish === undefined ? {} : { encryption: wish }),
  }, opened("a"));
  return scene;
}

function accepted(
  scene: Scene,
  description: MediaDescription,
  transport: "tls" | "udp" = "tls",
): Scene {
  return scene.play({
    type: "CallAccepted",
    call: "a",
    sipCallId: "x",
    dialog: "d",
    local: { uri: "sip:alice@example.test" },
    remote: { uri: "sip:bob@example.test" },
    transport,
    description,
    isOffer: false,
  });
}

function called(
  scene: Scene,
  offer: MediaDescription | null,
  transport: "tls" | "udp" = "tls",
): Scene {
  return scene.play({
    type: "IncomingCall",
    call: "a",
    account: "desk",
    sipCallId: "x",
    origin: "server",
    source: "192.0.2.1",
    from: { uri: "sip:bob@example.test" },
    to: { uri: "sip:alice@example.test" },
    offer,
    transport,
  });
}

const answered = (scene: Scene) => scene.play({ type: "Answer", call: "a" }, opened("a"));

/** As the stream is run now. */
function keyingOf(scene: Scene): Extract<Keying, { kind: "sdes" }> | undefined {
  const { media } = scene.call("a");
  const keying = media.name === "running" ? media.stream.keying : undefined;
  return keying?.kind === "sdes" ? keying : undefined;
}

const secure = (...crypto: [CryptoAttribute, ...CryptoAttribute[]]) =>
  theirs({ profile: "RTP/SAVP", crypto });
const view = (scene: Scene) => encryptionOf(scene.call("a"));

Deno.test("what is offered follows the policy, and what may be read on the way has no key", () => {
  const offered = (encryption?: Encryption, more = {}, wish?: Encryption) => {
    const { offer, inTheClear } = asked(dialled(encryption, more, wish), "SendInvite");
    const clear = inTheClear === undefined || inTheClear === "refused"
      ? inTheClear
      : [inTheClear?.profile, inTheClear?.crypto?.length];
    return [offer?.profile, offer?.crypto?.length, clear];
  };
  assert.deepEqual(offered(), ["RTP/AVP", 4, ["RTP/AVP", undefined]]);
  assert.deepEqual(offered("prefer"), ["RTP/AVP", 4, ["RTP/AVP", undefined]]);
  assert.deepEqual(offered("require"), ["RTP/SAVP", 4, "refused"]);
  assert.deepEqual(offered("off"), ["RTP/AVP", undefined, undefined]);
  assert.deepEqual(offered("require", { cleartextKeys: true }), ["RTP/SAVP", 4, undefined]);
  assert.deepEqual(offered("off", {}, "require"), ["RTP/SAVP", 4, "refused"]);
  assert.deepEqual(offered("require", {}, "off"), ["RTP/AVP", undefined, undefined]);
});

Deno.test("an answer with a key makes the stream: theirs to receive, ours of that suite to send", () => {
  for (const encryption of ["prefer", "require"] as const) {
    const scene = dialled(encryption);
    const { profile } = asked(scene, "SendInvite").offer!;
    const answer = { ...theirs({ crypto: [line(2)] }), profile } as MediaDescription;
    accepted(scene, answer);
    assert.deepEqual(keyingOf(scene), {
      kind: "sdes",
      suite: SUITE,
      send: { keySalt: OURS[SUITE] },
      receive: [{ keySalt: PEERS[SUITE] }],
    });
    assert.deepEqual(view(scene), { keying: "sdes", suite: SUITE });
  }
});

Deno.test("without a key in the answer prefer goes on openly, require ends the call", () => {
  const open = accepted(dialled("prefer"), theirs());
  assert.equal(keyingOf(open), undefined);
  assert.equal(open.call("a").phase.name, "established");
  for (const answer of [theirs(), theirs({ crypto: [line(2)] })]) {
    const ended = accepted(dialled("require"), answer);
    asked(ended, "SendBye");
    assert.equal(ended.call("a").phase.name, "ending");
  }
});

Deno.test("an answer that takes nothing offered, or gives our own key back, ends the call", () => {
  const bad: CryptoAttribute[] = [
    line(7),
    line(1),
    line(2, "AES_CM_256_X"),
    line(2, SUITE, { keys: [{ keySalt: "AAAA" }] }),
    line(2, SUITE, { keys: [{ keySalt: OURS[SUITE] }] }),
    line(2, SUITE, { parameters: ["UNENCRYPTED_SRTP"] }),
  ];
  for (const crypto of bad) {
    const scene = dialled("require");
    accepted(scene, secure(crypto));
    asked(scene, "SendBye");
    const { phase } = scene.call("a");
    assert.equal(phase.name === "ending" && phase.outcome.error?.code, "encryption-failed");
  }
});

Deno.test("over signalling that others read, an answer's key is to an offer that had none", () => {
  const scene = accepted(dialled("prefer"), theirs({ crypto: [line(2)] }), "udp");
  assert.equal(keyingOf(scene), undefined);
});

Deno.test("an offer is answered with the first line that we can do, its tag and a key of ours", () => {
  const lines: CryptoAttribute[] = [
    line(1, "F8_128_HMAC_SHA1_80"),
    line(2, SUITE, { parameters: ["KDR=1"] }),
    line(3, SUITE, { keys: [{ keySalt: "AAAA" }] }),
    line(4, SUITE, { keys: [{ keySalt: PEERS[SUITE] }, { keySalt: PEERS[SUITE] }] }),
    line(5, "AES_CM_128_HMAC_SHA1_32", { parameters: ["-X=1", "WSH=64"] }),
    line(6),
  ];
  const [first, ...others] = lines;
  for (const offer of [secure(first, ...others), theirs({ crypto: lines })]) {
    const scene = answered(called(phone(), offer));
    const { profile, crypto } = asked(scene, "SendAccept").description;
    assert.equal(profile, offer.profile);
    assert.deepEqual(crypto, [{
      tag: 5,
      suite: "AES_CM_128_HMAC_SHA1_32",
      keys: [{ keySalt: OURS.AES_CM_128_HMAC_SHA1_32 }],
      parameters: [],
    }]);
    assert.equal(keyingOf(scene)?.suite, "AES_CM_128_HMAC_SHA1_32");
  }
});

Deno.test("incoming calls are refused with 488 where the policy cannot be kept, and say why", () => {
  const refusal = (scene: Scene, offer: MediaDescription, transport?: "tls" | "udp") => {
    called(scene, offer, transport);
    const reject = scene.effects.find(({ type }) => type === "SendReject") as Of<"SendReject">;
    if (reject === undefined) return undefined;
    assert.equal(reject.status, 488);
    const { error } = scene.record();
    assert.equal(error?.code, "encryption-failed");
    assert.ok(!JSON.stringify(error).includes(PEERS[SUITE]));
    return `${error?.message} ${error?.hint}`;
  };
  const dtls = theirs({
    profile: "UDP/TLS/RTP/SAVPF",
    fingerprints: [{ hash: "sha-256", value: "AA" }],
    setup: "actpass",
  });
  assert.match(refusal(phone("off"), secure(line())) ?? "", /switched off.*prefer/);
  assert.match(refusal(phone(), secure(line()), "udp") ?? "", /others can read.*cleartext_keys/);
  assert.match(refusal(phone(), secure(line(1, "X"))) ?? "", /no suite.*AES_CM_128/);
  assert.match(refusal(phone("off"), dtls) ?? "", /switched off/);
  assert.match(refusal(phone("require"), theirs()) ?? "", /required.*offers none/);
  assert.match(refusal(phone("require"), theirs({ crypto: [line()] }), "udp") ?? "", /required/);
  // These ring.
  assert.equal(refusal(phone(), dtls), undefined);
  assert.equal(refusal(phone("off"), theirs({ crypto: [line()] })), undefined);
  assert.equal(refusal(phone(), theirs({ crypto: [line()] }), "udp"), undefined);
  assert.equal(
    refusal(phone("require", { cleartextKeys: true }), secure(line()), "udp"),
    undefined,
  );
});

Deno.test("keys offered over readable signalling are not answered: the sound is open", () => {
  const scene = answered(called(phone(), theirs({ crypto: [line()] }), "udp"));
  assert.equal(asked(scene, "SendAccept").description.crypto, undefined);
  assert.equal(keyingOf(scene), undefined);
});

Deno.test("a call without an offer is answered with an offer by the policy", () => {
  const offered = (encryption: Encryption, transport: "tls" | "udp") => {
    const scene = answered(called(phone(encryption), null, transport));
    const accept = scene.effects.find(({ type }) => type === "SendAccept") as Of<"SendAccept">;
    return accept && [accept.description.profile, accept.description.crypto?.length];
  };
  assert.deepEqual(offered("prefer", "tls"), ["RTP/AVP", 4]);
  assert.deepEqual(offered("prefer", "udp"), ["RTP/AVP", undefined]);
  assert.deepEqual(offered("require", "tls"), ["RTP/SAVP", 4]);
  assert.equal(offered("require", "udp"), undefined);
});

/** A running call with keys. */
function running(encryption: Encryption): Scene {
  const scene = answered(called(phone(encryption), secure(line())));
  return scene.play({ type: "CallConfirmed", call: "a" });
}

Deno.test("hold keeps the key, the suite and the profile, in our offers and in our answers", () => {
  const scene = running("prefer");
  const before = keyingOf(scene);
  scene.play({ type: "Hold", call: "a" });
  const { offer } = asked(scene, "SendReinvite");
  assert.deepEqual([offer?.profile, offer?.crypto], ["RTP/SAVP", [{
    tag: 1,
    suite: SUITE,
    keys: [{ keySalt: OURS[SUITE] }],
    parameters: [],
  }]]);
  scene.play({ type: "OfferAccepted", call: "a", description: secure(line()) });
  assert.deepEqual(keyingOf(scene), before);
  scene.play({ type: "RemoteOffer", call: "a", offer: secure(line(3)) });
  assert.deepEqual(
    asked(scene, "AnswerOffer").description.crypto?.map(({ tag, keys }) => [tag, keys]),
    [
      [3, [{ keySalt: OURS[SUITE] }]],
    ],
  );
  assert.deepEqual(keyingOf(scene), before);
  assert.ok(!scene.events.some(({ type }) => type === "call.security"));
  scene.play({ type: "RemoteOffer", call: "a", offer: null });
  assert.equal(asked(scene, "AnswerOffer").description.profile, "RTP/SAVP");
});

Deno.test("the peer changes its key: it is taken, and ours stays", () => {
  const scene = running("require");
  const other = line(1, SUITE, { keys: [{ keySalt: keysOf("q")[SUITE] }] });
  scene.play({ type: "RemoteOffer", call: "a", offer: secure(other) });
  assert.deepEqual(keyingOf(scene), {
    kind: "sdes",
    suite: SUITE,
    send: { keySalt: OURS[SUITE] },
    receive: [{ keySalt: keysOf("q")[SUITE] }],
  });
});

Deno.test("a re-INVITE that strips the encryption is refused under require, and told under prefer", () => {
  const strict = running("require");
  strict.play({ type: "RemoteOffer", call: "a", offer: theirs() });
  assert.equal(asked(strict, "RejectOffer").status, 488);
  assert.deepEqual(view(strict), { keying: "sdes", suite: SUITE });

  const lenient = running("prefer");
  lenient.play({ type: "RemoteOffer", call: "a", offer: theirs() });
  assert.equal(keyingOf(lenient), undefined);
  const told = lenient.events.find(({ type }) => type === "call.security");
  assert.equal(told?.type === "call.security" && told.call.security, "none");
  assert.ok(
    lenient.events.some((event) =>
      event.type === "notice" && /not encrypted any more/.test(event.text)
    ),
  );
});

Deno.test("an answer that strips the encryption ends the call under require", () => {
  const scene = answered(called(phone("require"), theirs({ crypto: [line()] })));
  scene.play({ type: "CallConfirmed", call: "a" }, { type: "Hold", call: "a" });
  assert.equal(asked(scene, "SendReinvite").offer?.profile, "RTP/AVP");
  scene.play({ type: "OfferAccepted", call: "a", description: theirs() });
  asked(scene, "SendBye");
});

Deno.test("the record, and the view, name suite and keying", () => {
  const scene = running("prefer");
  scene.play(
    { type: "Hangup", call: "a" },
    { type: "TimerFired", subject: "call", timer: "ending", call: "a" },
  );
  assert.deepEqual(scene.record().encryption, { keying: "sdes", suite: SUITE });
});

Deno.test("a 488 to our offer says what else than a codec may be missing", () => {
  const refusal = { status: 488, reason: "Not Acceptable Here" };
  const hintOf = (policy: Encryption, transport: "tls" | "udp", isPeers = true) => {
    const error = { code: "no-common-codec", message: "refused", hint: "More codecs." } as const;
    const scene = dialled(policy).play(
      {
        type: "CallRejected",
        call: "a",
        sipCallId: "x",
        ...refusal,
        transport,
        error: isPeers ? { ...error, data: refusal } : error,
      },
      { type: "TimerFired", subject: "call", timer: "ending", call: "a" },
    );
    const { outcome, error: told } = scene.record();
    assert.equal(outcome, "media-failed");
    return told?.hint ?? "";
  };
  assert.match(hintOf("require", "tls"), /--codec.*--keying.*--encryption prefer/);
  assert.match(hintOf("prefer", "udp"), /--codec.*--transport.*--keying dtls/);
  assert.match(hintOf("off", "tls"), /--codec.*--encryption prefer or require/);
  assert.equal(hintOf("prefer", "tls"), "More codecs.", "keys were offered, and not required");
  assert.equal(hintOf("off", "tls", false), "More codecs.", "what we found ourselves");
});

Deno.test("a call that takes the place of another is no less encrypted", () => {
  const scene = phone("prefer");
  scene.play({
    type: "Dial",
    call: "b",
    account: "desk",
    target: "sip:carol@example.test",
    encryption: "require",
  }, opened("b"));
  scene.play({
    type: "CallAccepted",
    call: "b",
    sipCallId: "y",
    dialog: "d",
    local: { uri: "sip:alice@example.test" },
    remote: { uri: "sip:carol@example.test" },
    transport: "tls",
    description: secure(line(2)),
    isOffer: false,
  });
  scene.play({
    type: "IncomingCall",
    call: "a",
    account: "desk",
    sipCallId: "x",
    origin: "server",
    source: "192.0.2.1",
    from: { uri: "sip:bob@example.test" },
    to: { uri: "sip:alice@example.test" },
    offer: theirs(),
    transport: "tls",
    replaces: "b",
  });
  assert.equal(asked(scene, "SendReject").status, 488);
});

Deno.test("what cannot be kept throws its own error type", () => {
  assert.equal(new OffhookError("encryption-failed", "x").exitCode, 9);
});
