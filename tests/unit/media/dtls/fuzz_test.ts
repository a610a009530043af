/** DTLS fed with what nobody should send: nothing throws, hangs or grows. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import {
  fragmentOf,
  fragmentsIn,
} from "../../../../src/media/transport/dtls/message/handshake_message.ts";
import {
  readClientHello,
  readHelloVerifyRequest,
  readServerHello,
  writeClientHello,
} from "../../../../src/media/transport/dtls/message/hellos.ts";
import {
  readCertificate,
  readCertificateRequest,
  readCertificateVerify,
  readClientKeyExchange,
  readServerKeyExchange,
} from "../../../../src/media/transport/dtls/message/key_exchange.ts";
import { concat } from "../../../../src/base/octets/concat.ts";
import { Malformed } from "../../../../src/media/transport/dtls/message/octets.ts";
import { ContentType, RecordLayer } from "../../../../src/media/transport/dtls/record/records.ts";
import { isSigned, publicKeyOf } from "../../../../src/media/transport/dtls/crypto/signatures.ts";
import { DtlsLink, SERVER_IDENTITY } from "../../../fakes/media/dtls_link.ts";
import { seeded } from "../../../fakes/media/impaired_link.ts";

const octets = fc.uint8Array({ maxLength: 300 });
/** A record of a handshake whose fragments are well-formed and mean nothing. */
const message = fc.record({
  type: fc.constantFrom(1, 2, 3, 11, 12, 13, 14, 15, 16, 20, 99),
  sequence: fc.nat(9),
  body: octets,
});

Deno.test("a body of any octets is a message or Malformed", () => {
  const readers = [
    readClientHello,
    readServerHello,
    readHelloVerifyRequest,
    readCertificate,
    readServerKeyExchange,
    readCertificateRequest,
    readCertificateVerify,
    readClientKeyExchange,
  ];
  fc.assert(fc.property(octets, (body) => {
    for (const read of readers) {
      try {
        read(body);
      } catch (error) {
        assert.ok(error instanceof Malformed, `${read.name}: ${error}`);
      }
    }
  }));
});

Deno.test("a ClientHello is read as it was written", () => {
  const hello = fc.record({
    version: fc.nat(0xffff),
    random: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    cookie: fc.uint8Array({ maxLength: 255 }),
    cipherSuites: fc.array(fc.nat(0xffff)),
    extensions: fc.record({
      groups: fc.array(fc.nat(0xffff)),
      srtpProfiles: fc.array(fc.nat(0xffff)),
      srtpMki: fc.uint8Array({ maxLength: 255 }),
      extendedMasterSecret: fc.constant(true as const),
    }, { noNullPrototype: true }),
  }, { noNullPrototype: true });
  fc.assert(fc.property(hello, (one) => {
    assert.deepEqual(readClientHello(writeClientHello(one)), one);
  }));
});

Deno.test("a certificate or a signature of any octets is none", () => {
  const key = publicKeyOf(SERVER_IDENTITY.certificate)!;
  fc.assert(fc.property(octets, fc.nat(0xffff), (value, scheme) => {
    assert.equal(publicKeyOf(value), undefined);
    assert.ok(!isSigned(value, { scheme, value }, key));
    const changed = Uint8Array.from(SERVER_IDENTITY.certificate);
    changed.set(value.subarray(0, 9), scheme % (changed.length - 9));
    publicKeyOf(changed);
  }));
});

Deno.test("any datagrams from the peer's address, before and among its own, end no handshake", () => {
  const datagram = fc.oneof(
    octets,
    fc.array(message, { maxLength: 4 }).map((messages) => {
      const records = new RecordLayer();
      return concat(
        ...messages.map((each) => records.seal(ContentType.handshake, 0, fragmentOf(each, 0, 300))),
      );
    }),
    octets.map((content) => new RecordLayer().seal(ContentType.alert, 0, content)),
  );
  const garbage = fc.array(datagram, { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(garbage, (list) => {
      let next = 0;
      const link: DtlsLink = new DtlsLink({
        fate: () => {
          for (const end of [link.client, link.server]) {
            end.association.receive(list[next++ % list.length]!);
          }
          return [5];
        },
      });
      link.run();
      assert.ok(link.isConnected || couldBeForged(list), String(link.client.failure));
      link.close();
      assert.equal(link.clock.pending, 0);
    }),
    { numRuns: 60 },
  );
});

/** Only a whole ClientHello or HelloVerifyRequest is believed of anybody. */
function couldBeForged(datagrams: readonly Uint8Array[]): boolean {
  return datagrams.some((datagram) =>
    fragmentsIn(datagram.subarray(13)).some(({ type }) => type === 1 || type === 3)
  );
}

Deno.test("a flood before and during a handshake costs neither memory nor the handshake", () => {
  const random = seeded(7);
  const link: DtlsLink = new DtlsLink({ server: { demandCookie: true } });
  const flood = (end: "client" | "server") => {
    for (let count = 0; count < 5000; count++) {
      const sequence = Math.floor(random() * 20);
      // First pieces of messages that are never completed, as long as a Certificate may be.
      const body = new Uint8Array(16_000);
      const piece = fragmentOf({ type: 11, sequence, body }, 0, 40);
      const record = new RecordLayer().seal(ContentType.handshake, 0, piece);
      link[end].association.receive(record);
      const early = record.slice();
      early[4] = 1;
      link[end].association.receive(early);
    }
  };
  link.client.association.start();
  link.server.association.start();
  flood("server");
  flood("client");
  link.clock.advance(12);
  flood("server");
  link.clock.advance(20_000);
  assert.ok(link.isConnected, String(link.client.failure ?? link.server.failure));
  const sent = link.server.sent.length;
  for (let count = 0; count < 1000; count++) link.server.association.receive(randomBytes(200));
  assert.equal(link.server.sent.length, sent);
});
