/** The parts that a handshake is made of: records, replay window, reassembly, certificate. */
import assert from "node:assert/strict";
import { randomBytes, X509Certificate } from "node:crypto";
import fc from "fast-check";
import {
  fingerprintOf,
  isAnnounced,
} from "../../../../src/media/transport/dtls/crypto/fingerprint.ts";
import {
  fragmentOf,
  fragmentsIn,
  HandshakeType,
} from "../../../../src/media/transport/dtls/message/handshake_message.ts";
import { makeIdentity } from "../../../../src/media/transport/dtls/crypto/identity.ts";
import {
  generateKeyShare,
  NAMED_GROUPS,
} from "../../../../src/media/transport/dtls/crypto/key_agreement.ts";
import { Malformed } from "../../../../src/media/transport/dtls/message/octets.ts";
import { Reassembly } from "../../../../src/media/transport/dtls/record/reassembly.ts";
import {
  ContentType,
  RecordLayer,
  recordsIn,
} from "../../../../src/media/transport/dtls/record/records.ts";
import { ReplayWindow } from "../../../../src/media/transport/dtls/record/replay_window.ts";
import {
  isSigned,
  publicKeyOf,
  signed,
} from "../../../../src/media/transport/dtls/crypto/signatures.ts";
import { seeded } from "../../../fakes/media/impaired_link.ts";

const NOW = Date.UTC(2026, 4, 1);

Deno.test("the replay window takes each number once, and none that is 64 behind", () => {
  const numbers = fc.array(fc.nat(200), { maxLength: 300 });
  fc.assert(fc.property(numbers, (list) => {
    const window = new ReplayWindow();
    const seen = new Set<number>();
    let top = -1;
    for (const number of list) {
      const isNew = !seen.has(number) && top - number < 64;
      assert.equal(window.isNew(number), isNew, `${number}, newest ${top}`);
      if (!isNew) continue;
      window.mark(number);
      seen.add(number);
      top = Math.max(top, number);
    }
  }));
});

function recordLayers() {
  const local = { key: randomBytes(16), salt: randomBytes(4) };
  const remote = { key: randomBytes(16), salt: randomBytes(4) };
  const [us, them] = [new RecordLayer(), new RecordLayer()];
  us.protect({ cipher: "aes-128-gcm", local, remote });
  them.protect({ cipher: "aes-128-gcm", local: remote, remote: local });
  return { us, them };
}

Deno.test("a sealed record is opened once; with any bit changed it is not opened", () => {
  const { us, them } = recordLayers();
  const content = randomBytes(50);
  const sealed = us.seal(ContentType.handshake, 1, content);
  for (let bit = 0; bit < 8 * sealed.length; bit++) {
    const changed = sealed.slice();
    changed[bit >> 3]! ^= 1 << bit % 8;
    const [record] = recordsIn(changed);
    if (record?.epoch === 1) assert.equal(them.open(record), undefined, `bit ${bit}`);
  }
  const [record] = recordsIn(sealed);
  assert.deepEqual(them.open(record!), Uint8Array.from(content));
  assert.equal(them.open(record!), undefined);
});

Deno.test("a message comes out of its fragments, in any order, cut anywhere, repeated", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(), (body, seed) => {
    const random = seeded(seed);
    const inbox = new Reassembly();
    const message = { type: HandshakeType.certificate, sequence: 0, body };
    const pieces = Array.from({ length: 40 }, () => {
      const offset = Math.floor(random() * (body.length + 1));
      return fragmentOf(message, offset, Math.floor(random() * 60));
    });
    for (let at = 0; at <= body.length; at += 50) pieces.push(fragmentOf(message, at, 50));
    for (const piece of pieces.sort(() => random() - 0.5)) {
      for (const fragment of fragmentsIn(piece)) inbox.add(fragment);
    }
    assert.deepEqual(inbox.inOrder(), [message]);
  }));
});

Deno.test("reassembly holds five messages of bounded length", () => {
  const inbox = new Reassembly();
  const keeps = (sequence: number, length: number, type = 1) => {
    for (let offset = 0; offset < length; offset += 1000) {
      const data = new Uint8Array(Math.min(1000, length - offset));
      inbox.add({ type, sequence, length, offset, data });
    }
    const isKept = inbox.inOrder().length > sequence;
    inbox.discard();
    return isKept;
  };
  assert.ok(keeps(0, 4096));
  assert.ok(!keeps(0, 4097));
  assert.ok(keeps(0, 16_384, HandshakeType.certificate));
  assert.ok(!keeps(0, 16_385, HandshakeType.certificate));
  for (let sequence = 0; sequence < 10; sequence++) {
    inbox.add({ type: 1, sequence, length: 0, offset: 0, data: new Uint8Array() });
  }
  assert.equal(inbox.inOrder().length, 5);
  inbox.advance(1);
  assert.deepEqual(inbox.inOrder().map(({ sequence }) => sequence), [1, 2, 3, 4]);
});

Deno.test("where fragments disagree about a message, the newer one counts", () => {
  const inbox = new Reassembly();
  const message = {
    type: HandshakeType.serverHello,
    sequence: 0,
    body: Uint8Array.from(randomBytes(60)),
  };
  const add = (octets: Uint8Array) => fragmentsIn(octets).forEach((each) => inbox.add(each));
  add(fragmentOf({ ...message, body: randomBytes(61) }, 0, 61));
  add(fragmentOf(message, 0, 30));
  assert.deepEqual(inbox.inOrder(), []);
  add(fragmentOf(message, 30, 30));
  assert.deepEqual(inbox.inOrder(), [message]);
});

Deno.test("the certificate is one that everybody can read, for its key, for a month", () => {
  const identity = makeIdentity(NOW, randomBytes);
  const certificate = new X509Certificate(identity.certificate);
  assert.match(certificate.subject, /CN=offhook/);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(Date.parse(certificate.validFrom), NOW - 86_400_000);
  assert.equal(Date.parse(certificate.validTo), NOW + 30 * 86_400_000);
  assert.equal(
    fingerprintOf(identity.certificate).value,
    certificate.fingerprint256,
  );
  const [data, key] = [randomBytes(40), publicKeyOf(identity.certificate)!];
  const signature = signed(data, identity.privateKey);
  assert.ok(isSigned(data, signature, key));
  assert.ok(!isSigned(randomBytes(40), signature, key));
  assert.ok(!isSigned(data, { ...signature, scheme: 0x0203 }, key), "SHA-1 is not believed");
});

Deno.test("fingerprints by SHA-1 and MD5 are not believed", () => {
  const { certificate } = makeIdentity(NOW, randomBytes);
  const good = fingerprintOf(certificate);
  assert.ok(isAnnounced(certificate, [good]));
  assert.ok(isAnnounced(certificate, [{ hash: "sha-1", value: "00" }, good]));
  for (const hash of ["sha-1", "md5", "sha-256 ", "constructor"]) {
    assert.ok(!isAnnounced(certificate, [{ hash, value: good.value }]), hash);
  }
});

Deno.test("both ends of a key agreement get one secret; a share that is none gives nothing", () => {
  for (const group of NAMED_GROUPS) {
    const [a, b] = [generateKeyShare(group), generateKeyShare(group)];
    assert.deepEqual(a.sharedSecret(b.publicKey), b.sharedSecret(a.publicKey));
    const { length } = a.publicKey;
    const bad = [new Uint8Array(length), new Uint8Array(), randomBytes(length + 1)];
    const offCurve = Uint8Array.from(a.publicKey);
    offCurve[length - 1]! ^= 1;
    if (group === 23) bad.push(offCurve);
    for (const share of bad) assert.throws(() => a.sharedSecret(share), Malformed);
  }
});
