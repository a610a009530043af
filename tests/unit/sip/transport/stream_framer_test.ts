/** Messages cut out of a stream (RFC 3261 §18.3). */
import assert from "node:assert/strict";
import fc from "fast-check";
import { StreamFramer } from "../../../../src/sip/transport/flow/stream_framer.ts";
import { MAX_MESSAGE_BYTES } from "../../../../src/sip/limits/bounds.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function framed(chunks: Uint8Array[]) {
  const messages: string[] = [];
  const broken: string[] = [];
  let pings = 0;
  let pongs = 0;
  const framer = new StreamFramer({
    message: (bytes) => messages.push(decoder.decode(bytes)),
    ping: () => pings++,
    pong: () => pongs++,
    broken: (reason) => broken.push(reason),
  });
  for (const chunk of chunks) framer.push(chunk);
  return { messages, pings, pongs, broken };
}

const one = (text: string) => framed([encoder.encode(text)]);

function sip(body: string, length = `Content-Length: ${encoder.encode(body).length}\r\n`): string {
  return `MESSAGE sip:b@h SIP/2.0\r\n${length}Call-ID: 1\r\n\r\n${body}`;
}

Deno.test("messages back to back are told apart by Content-Length, whatever its form", () => {
  const texts = [
    sip("hello"),
    sip("Grüße", "l:7\r\n"),
    sip("abc", "CONTENT-LENGTH  :\r\n 3\r\n"),
    sip(""),
    sip("", ""),
  ];
  assert.deepEqual(one(texts.join("")).messages, texts);
});

Deno.test("line ends between messages are pings and pongs, and part of none", () => {
  const { messages, pings, pongs } = one(`\r\n\r\n${sip("a")}\r\n${sip("b")}\r\n\r\n\r\n`);
  assert.deepEqual(messages, [sip("a"), sip("b")]);
  assert.deepEqual([pings, pongs], [2, 2]);
});

Deno.test("a CRLF split between two reads is still one", () => {
  const { messages, pongs } = framed(["\r", "\n", sip("a")].map((text) => encoder.encode(text)));
  assert.deepEqual([messages, pongs], [[sip("a")], 1]);
});

Deno.test("a stream that cannot be framed breaks once and stays broken", () => {
  const cases: [text: string, reason: RegExp][] = [
    [sip("x", "Content-Length: 70000\r\n"), /longer than/],
    [sip("x", "Content-Length: -1\r\n"), /is not a number/],
    [sip("x", "Content-Length: 1e3\r\n"), /is not a number/],
    [sip("x", "Content-Length: 99999999999\r\n"), /is not a number/],
    ["x".repeat(MAX_MESSAGE_BYTES + 1), /do not end/],
  ];
  for (const [text, reason] of cases) {
    const { messages, broken } = framed([encoder.encode(text), encoder.encode(sip("later"))]);
    assert.deepEqual(messages, []);
    assert.equal(broken.length, 1);
    assert.match(broken[0], reason);
  }
});

Deno.test("the largest message allowed goes through", () => {
  const head = sip("", "Content-Length: 65000\r\n");
  const body = "y".repeat(65_000);
  assert.equal(one(head + body).messages[0].length, head.length + 65_000);
});

Deno.test("however a stream is cut, the same messages come out", () => {
  const piece = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }).map((body) => sip(body)),
    fc.constant(sip("x\r\n\r\nSIP/2.0 200 OK\r\n\r\n")),
    fc.constant("\r\n\r\n"),
    fc.constant("\r\n"),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      (pieces, cuts) => {
        const bytes = encoder.encode(pieces.join(""));
        const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) =>
          a - b
        );
        const chunks = ends.map((end, index) =>
          bytes.slice(index === 0 ? 0 : ends[index - 1], end)
        );
        const wanted = pieces.filter((text) => text.trim() !== "");
        assert.deepEqual(framed(chunks).messages, wanted);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("no bytes make the framer throw, and it never keeps more than a message", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (chunks) => {
      assert(framed(chunks).broken.length <= 1);
    }),
    { numRuns: 500 },
  );
});

Deno.test("without Content-Length a body is what has come, up to the next start line", () => {
  const typed = (body: string) => sip(body, "c: application/sdp\r\n");
  const body = "v=0\r\ns=INVITE me\r\nm=audio 1 RTP/AVP 0\r\n";
  const next = [sip(""), "SIP/2.0 200 OK\r\nl: 0\r\n\r\n"];
  assert.deepEqual(framed([encoder.encode(typed(body))]).messages, [typed(body)]);
  for (const message of next) {
    const both = encoder.encode(typed(body) + message);
    assert.deepEqual(framed([both]).messages, [typed(body), message]);
  }
  const head = encoder.encode(typed(""));
  assert.deepEqual(framed([head]).messages, [], "the body is yet to come");
  assert.deepEqual(framed([head, encoder.encode(body)]).messages, [typed(body)]);
  assert.deepEqual(framed([encoder.encode(sip("", ""))]).messages, [sip("", "")], "none to come");
});

Deno.test("what waits in the framer does not change with the reader's buffer", () => {
  const text = sip("hello");
  const buffer = encoder.encode(text);
  const messages: string[] = [];
  const framer = new StreamFramer({
    message: (bytes) => messages.push(decoder.decode(bytes)),
    ping: () => {},
    pong: () => {},
    broken: () => {},
  });
  const scratch = buffer.slice(0, 20);
  framer.push(scratch);
  scratch.fill(0);
  framer.push(buffer.slice(20));
  assert.deepEqual(messages, [text]);
});
