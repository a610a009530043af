/** STUN messages: the vectors of RFC 5769, round trips, and whatever else may come. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { addAddress, addressIn, mappedAddressOf } from "../../../../src/base/stun/addresses.ts";
import {
  addFingerprint,
  addIntegrity,
  fingerprintFits,
  hasIntegrity,
  longTermKey,
} from "../../../../src/media/transport/stun/integrity.ts";
import {
  addError,
  ATTRIBUTE,
  errorOf,
  METHOD,
  parseStun,
  stunLength,
  type StunMessage,
  StunWriter,
  textOf,
  uint32Of,
  uint64Of,
} from "../../../../src/base/stun/message.ts";

const bytesOf = (digits: string) =>
  Uint8Array.from(digits.replaceAll(/\s/g, "").match(/../g) ?? [], (byte) => parseInt(byte, 16));
const keyOf = (password: string) => new TextEncoder().encode(password);
/** As RFC 8489 §14.6 says: over the message, its length counting the attribute. */
function addIntegritySha256(writer: StunWriter, key: Uint8Array): StunWriter {
  const covered = writer.bytes.slice();
  new DataView(covered.buffer).setUint16(2, covered.length - 20 + 4 + 32);
  const integrity = createHmac("sha256", key).update(covered).digest();
  return writer.add(ATTRIBUTE.messageIntegritySha256, integrity);
}
const ID = "b7e7a701bc34d686fa87dfae";
const KEY = keyOf("VOkJxbRl1RmTxUk/WvJxBt");

const REQUEST = bytesOf(`
  000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74
  002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020
  000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf`);
const RESPONSE_IPV4 = bytesOf(`
  0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220
  002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96`);
const RESPONSE_IPV6 = bytesOf(`
  010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220
  002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9
  00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c`);
const LONG_TERM = bytesOf(`
  000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b90000
  0015001c662f2f3439396b3935346436 4f4c33346f4c394653547679363473410014000b6578616d706c652e6f726700
  00080014f67024656dd64a3e02b8e0712e85c9a28ca89666`);

function parsed(bytes: Uint8Array): StunMessage {
  const message = parseStun(bytes);
  assert.ok(message, "it is no STUN message");
  return message;
}

Deno.test("STUN reads the request of RFC 5769 §2.1", () => {
  const message = parsed(REQUEST);
  assert.equal(message.class, "request");
  assert.equal(message.method, METHOD.binding);
  assert.equal(message.transactionId, ID);
  assert.equal(textOf(message, ATTRIBUTE.software), "STUN test client");
  assert.equal(textOf(message, ATTRIBUTE.username), "evtj:h6vY");
  assert.equal(uint32Of(message, ATTRIBUTE.priority), 0x6e0001ff);
  assert.equal(uint64Of(message, ATTRIBUTE.iceControlled), 0x932ff9b151263b36n);
  assert.ok(hasIntegrity(message, KEY));
  assert.ok(!hasIntegrity(message, keyOf("VOkJxbRl1RmTxUk/WvJxBu")));
  assert.ok(fingerprintFits(message));
});

Deno.test("STUN writes the request of RFC 5769 §2.1 byte for byte", () => {
  const writer = new StunWriter(METHOD.binding, "request", ID)
    .text(ATTRIBUTE.software, "STUN test client")
    .uint32(ATTRIBUTE.priority, 0x6e0001ff)
    .uint64(ATTRIBUTE.iceControlled, 0x932ff9b151263b36n)
    .text(ATTRIBUTE.username, "evtj:h6vY", 0x20);
  assert.deepEqual(addFingerprint(addIntegrity(writer, KEY)).bytes, REQUEST);
});

for (
  const [name, vector, address] of [
    ["IPv4 response of RFC 5769 §2.2", RESPONSE_IPV4, "192.0.2.1"],
    ["IPv6 response of RFC 5769 §2.3", RESPONSE_IPV6, "2001:db8:1234:5678:11:2233:4455:6677"],
  ] as const
) {
  Deno.test(`STUN reads and writes the ${name}`, () => {
    const message = parsed(vector);
    assert.equal(message.class, "success");
    assert.deepEqual(mappedAddressOf(message), { address, port: 32853 });
    assert.ok(hasIntegrity(message, KEY) && fingerprintFits(message));
    const writer = new StunWriter(METHOD.binding, "success", ID)
      .text(ATTRIBUTE.software, "test vector", 0x20);
    addAddress(writer, ATTRIBUTE.xorMappedAddress, { address, port: 32853 });
    assert.deepEqual(addFingerprint(addIntegrity(writer, KEY)).bytes, vector);
  });
}

Deno.test("STUN reads and writes the long-term request of RFC 5769 §2.4", () => {
  const key = longTermKey("マトリックス", "example.org", "TheMatrIX");
  assert.ok(hasIntegrity(parsed(LONG_TERM), key));
  const writer = new StunWriter(METHOD.binding, "request", "78ad3433c6ad72c029da412e")
    .text(ATTRIBUTE.username, "マトリックス")
    .text(ATTRIBUTE.nonce, "f//499k954d6OL34oL9FSTvy64sA")
    .text(ATTRIBUTE.realm, "example.org");
  assert.deepEqual(addIntegrity(writer, key).bytes, LONG_TERM);
});

Deno.test("STUN believes no message of which one byte was changed", () => {
  for (let at = 0; at < REQUEST.length - 8; at++) {
    const changed = REQUEST.slice();
    changed[at]! ^= 1;
    const message = parseStun(changed);
    assert.ok(
      message === undefined || !hasIntegrity(message, KEY) || !fingerprintFits(message),
      `byte ${at}`,
    );
  }
});

Deno.test("STUN checks SHA-256 integrity beside or instead of SHA-1", () => {
  const start = () => new StunWriter(METHOD.binding, "request", ID).text(ATTRIBUTE.username, "a:b");
  const both = parsed(addFingerprint(addIntegritySha256(addIntegrity(start(), KEY), KEY)).bytes);
  assert.ok(hasIntegrity(both, KEY));
  assert.ok(hasIntegrity(parsed(addIntegritySha256(start(), KEY).bytes), KEY));
  const wrong = addIntegritySha256(addIntegrity(start(), KEY), keyOf("other"));
  assert.ok(!hasIntegrity(parsed(wrong.bytes), KEY), "one right, one wrong");
  const cut = start().add(ATTRIBUTE.messageIntegritySha256, new Uint8Array(12));
  assert.ok(!hasIntegrity(parsed(cut.bytes), KEY), "shorter than 16 bytes");
  assert.ok(!hasIntegrity(parsed(start().bytes), KEY), "none at all");
});

Deno.test("STUN ignores what stands behind the integrity", () => {
  const writer = new StunWriter(METHOD.binding, "request", ID).text(ATTRIBUTE.username, "a:b");
  addIntegrity(writer, KEY).add(ATTRIBUTE.useCandidate);
  const message = parsed(writer.bytes);
  assert.ok(hasIntegrity(message, KEY));
  assert.ok(!message.attributes.has(ATTRIBUTE.useCandidate));
});

Deno.test("STUN tells unknown attributes that must be understood", () => {
  const writer = new StunWriter(METHOD.binding, "request", ID).add(0x7ffe).add(0xfffe).add(0x0002);
  assert.deepEqual(parsed(writer.bytes).unknown, [0x7ffe, 0x0002]);
});

Deno.test("STUN keeps the code and phrase of an error response", () => {
  const writer = new StunWriter(METHOD.allocate, "error", ID);
  const message = parsed(addError(writer, { code: 438, reason: "Stale Nonce" }).bytes);
  assert.equal(message.class, "error");
  assert.equal(message.method, METHOD.allocate);
  assert.deepEqual(errorOf(message), { code: 438, reason: "Stale Nonce" });
  assert.equal(errorOf(parsed(new StunWriter(METHOD.allocate, "error", ID).bytes)).code, 500);
});

Deno.test("STUN round trips every class, method and address", () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((text) => new URL(`http://[${text}]/`).hostname.slice(1, -1))
      .filter((text) => !/^::ffff:/.test(text)),
  );
  const kinds = fc.constantFrom("request", "indication", "success", "error" as const);
  fc.assert(
    fc.property(
      kinds,
      fc.integer({ min: 0, max: 0xff }),
      address,
      fc.integer({ min: 0, max: 65_535 }),
      fc.string({ maxLength: 300 }),
      (kind, method, host, port, text) => {
        const place = { address: host, port };
        const writer = new StunWriter(method, kind, ID).text(ATTRIBUTE.software, text);
        addAddress(writer, ATTRIBUTE.xorPeerAddress, place);
        addAddress(writer, ATTRIBUTE.mappedAddress, place);
        const message = parsed(addFingerprint(addIntegrity(writer, KEY)).bytes);
        assert.equal(message.class, kind);
        assert.equal(message.method, method);
        assert.equal(
          textOf(message, ATTRIBUTE.software),
          new TextDecoder().decode(
            new TextEncoder().encode(text),
          ),
        );
        assert.deepEqual(addressIn(message, ATTRIBUTE.xorPeerAddress), place);
        assert.deepEqual(mappedAddressOf(message), place);
        assert.ok(hasIntegrity(message, KEY) && fingerprintFits(message));
      },
    ),
  );
});

Deno.test("STUN takes any bytes without throwing", () => {
  const header = fc.tuple(fc.integer({ min: 0, max: 0xffff }), fc.uint8Array({ maxLength: 600 }))
    .map(([type, body]) => {
      const bytes = new Uint8Array(20 + (body.length & ~3));
      bytes.set([type >> 8 & 3, type, (bytes.length - 20) >> 8, bytes.length - 20]);
      bytes.set([0x21, 0x12, 0xa4, 0x42], 4);
      bytes.set(body.subarray(0, body.length & ~3), 20);
      return bytes;
    });
  const mutated = fc.tuple(
    fc.constantFrom(REQUEST, RESPONSE_IPV4, RESPONSE_IPV6, LONG_TERM),
    fc.array(fc.tuple(fc.nat(107), fc.nat(255)), { maxLength: 4 }),
  ).map(([vector, changes]) => {
    const bytes = vector.slice();
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), header, mutated), (bytes) => {
      stunLength(bytes);
      const message = parseStun(bytes);
      if (message === undefined) return;
      hasIntegrity(message, KEY);
      fingerprintFits(message);
      errorOf(message);
      for (const kind of Object.values(ATTRIBUTE)) {
        addressIn(message, kind);
        textOf(message, kind);
        uint32Of(message, kind);
        uint64Of(message, kind);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("reading an address leaves the message as it is, also where that is a Buffer", () => {
  const place = { address: "203.0.113.7", port: 40001 };
  const writer = new StunWriter(METHOD.binding, "success", "0123456789abcdef01234567");
  const message = parseStun(
    Buffer.from(addAddress(writer, ATTRIBUTE.xorMappedAddress, place).bytes),
  );
  for (let time = 0; time < 2; time++) assert.deepEqual(mappedAddressOf(message!), place);
});
