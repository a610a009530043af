/** The guard before the parser: which messages pass, and what is wrong with others. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { answer } from "../../../src/sip/message/answer.ts";
import { scanBytes, scanText, utf8Length } from "../../../src/sip/message/scan.ts";
import { header, type SipMessage, splice } from "../../../src/sip/message/sip_message.ts";

const REQUEST = [
  "OPTIONS sip:bob@example.com SIP/2.0",
  "Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1;rport, SIP/2.0/TCP other",
  "f: Alice <sip:alice@example.com>;tag=1",
  "To: <sip:bob@example.com>",
  "i: abc",
  "CSeq: 7 OPTIONS",
  "Subject: one",
  "  two",
  "",
  "",
].join("\r\n");

function scanned(text: string): SipMessage {
  const result = scanText(text);
  assert(result.ok, result.ok ? "" : result.fault.reason);
  return result.message;
}

function faultOf(text: string) {
  const result = scanText(text);
  assert(!result.ok);
  return result.fault;
}

Deno.test("a request is read", () => {
  const message = scanned(REQUEST);
  assert.equal(message.kind, "request");
  assert.equal(message.method, "OPTIONS");
  assert.equal(message.requestUri, "sip:bob@example.com");
  assert.equal(message.callId, "abc");
  assert.equal(message.cseq, 7);
  assert.equal(header(message, "subject"), "one two");
  const { via } = message;
  assert.equal(
    message.text.slice(via.start, via.end),
    "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1;rport",
  );
  assert.deepEqual([via.transport, via.host, via.port, via.rport], ["UDP", "192.0.2.1", 5070, ""]);
});

Deno.test("a response is read, also without a reason phrase or its blank", () => {
  for (const line of ["SIP/2.0 200 OK", "SIP/2.0 200 ", "SIP/2.0 200"]) {
    const message = scanned(REQUEST.replace(/^.*/, line));
    assert.equal(message.kind, "response");
    assert.equal(message.status, 200);
    assert(message.text.startsWith("SIP/2.0 200 "), "SIP.js wants the blank");
    assert.equal(message.method, "OPTIONS");
  }
});

Deno.test("line ends before the start line are ignored, and alone are no message", () => {
  const bytes = (text: string) => scanBytes(new TextEncoder().encode(text));
  for (const text of [`\r\n${REQUEST}`, `\r\n\r\n${REQUEST}ü`]) assert(bytes(text).ok, text);
  for (const text of ["\r\n", "\r\n\r\n", ""]) assert(!bytes(text).ok);
});

Deno.test("a response with a line that is no header, or an odd Max-Forwards, is read all the same", () => {
  for (const odd of ["no header here", ": x", "Odd/Name: x", "Max-Forwards: many"]) {
    const response = REQUEST.replace(/^.*/, "SIP/2.0 200 OK").replace("Subject: one", odd);
    const message = scanned(response);
    assert.equal(header(message, "call-id"), "abc", odd);
    assert.equal(message.bodyStart, response.length);
  }
});

Deno.test("an IPv6 sent-by is read, an unbracketed one refused", () => {
  const sentBy = "192.0.2.1:5070";
  const message = scanned(REQUEST.replace(sentBy, "[2001:db8::1]:5070"));
  assert.deepEqual([message.via.host, message.via.port], ["[2001:db8::1]", 5070]);
  assert.match(faultOf(REQUEST.replace(sentBy, "2001:db8::1")).reason, /Via/);
});

Deno.test("faults name what is wrong and whether it can be answered", () => {
  const cases: [from: string | RegExp, to: string, status: number | undefined, reason: RegExp][] = [
    ["SIP/2.0\r\n", "SIP/3.0\r\n", 505, /version/],
    ["OPTIONS sip", "OPTIONS  sip", 400, /white space/],
    ["sip:bob@example.com SIP", "http://bob SIP", 416, /http/],
    ["i: abc\r\n", "", 400, /Call-ID/],
    ["i: abc", "i: abc\r\nCall-ID: def", 400, /more than once/],
    ["CSeq: 7 OPTIONS", "CSeq: 7 INVITE", 400, /CSeq names INVITE/],
    ["CSeq: 7", "CSeq: 2147483648", 400, /2\^31/],
    [/Via: [^\r]*\r\n/, "", undefined, /no Via/],
    ["Subject: one", "no header here", 400, /no header/],
    ["\r\n\r\n", "\r\n", 400, /ends within/],
    ["Subject: one", "l: 5\r\nSubject: one", 400, /body has 0/],
    ["Subject: one", "Max-Forwards: 256\r\nSubject: one", 400, /Max-Forwards/],
    ["Alice <", '"Alice <', 400, /unclosed quote/],
    ["<sip:bob@example.com>\r", "<sip:bob@example.com\r", 400, /angle bracket/],
    [/^OPTIONS.*\r\n/, "hello\r\n", undefined, /start line/],
    [/^OPTIONS.*\r\n/, "SIP/2.0 99 Low\r\n", undefined, /status code/],
    [/^OPTIONS.*\r\n/, "SIP/2.0 700 High\r\n", undefined, /status code/],
  ];
  for (const [from, to, status, reason] of cases) {
    const fault = faultOf(REQUEST.replace(from, to));
    assert.match(fault.reason, reason);
    assert.equal(fault.status, status, fault.reason);
  }
  const ack = faultOf(REQUEST.replaceAll("OPTIONS", "ACK").replace("i: abc\r\n", ""));
  assert.equal(ack.status, undefined, "an ACK is never answered");
});

Deno.test("bytes beyond Content-Length are cut, counted as octets", () => {
  const body = "Grüße";
  const text = REQUEST.replace("Subject: one", `Content-Length: ${utf8Length(body)}\r\nSubject: x`);
  const result = scanBytes(new TextEncoder().encode(`${text}${body}trailing`));
  assert(result.ok);
  assert.equal(result.message.text.slice(result.message.bodyStart), body);
});

Deno.test("splice moves every offset behind it", () => {
  const message = scanned(REQUEST);
  const { via } = message;
  splice(message, via.start, via.end, "SIP/2.0/TCP a.very.much.longer.name.example;branch=x");
  for (const field of message.headers) {
    const line = message.text.slice(field.start, field.end);
    assert(line.endsWith("\r\n"));
    assert.equal(line.slice(0, line.indexOf(":")).length <= 7, true, line);
  }
  assert.equal(message.bodyStart, message.text.length);
  assert.equal(scanned(message.text).via.host, "a.very.much.longer.name.example");
});

Deno.test("an answer copies what a response needs and gives To a tag", () => {
  const text = answer(scanned(REQUEST), 400, { reason: "Bad\r\nInjected: x", toTag: "t" });
  const message = scanned(text);
  assert.equal(message.status, 400);
  assert.equal(header(message, "to"), "<sip:bob@example.com>;tag=t");
  assert.equal(header(message, "injected"), undefined);
  assert.equal(header(message, "from"), "Alice <sip:alice@example.com>;tag=1");
  assert.match(header(message, "via")!, /SIP\/2\.0\/TCP other$/);
});

const seeds = [
  new TextEncoder().encode(REQUEST),
  ...["wsinv", "intmeth", "mpart01", "badinv01", "transports"].map((name) =>
    Deno.readFileSync(new URL(`../../fixtures/rfc4475/${name}.sip`, import.meta.url))
  ),
];

function check(bytes: Uint8Array): void {
  const result = scanBytes(bytes);
  if (!result.ok) {
    assert(result.fault.reason.length > 0);
    if (result.fault.status === undefined) return;
    const text = answer(result.fault.message!, result.fault.status);
    assert(text.endsWith("\r\n\r\n"));
    return;
  }
  const { message } = result;
  assert(message.callId !== "" && message.method !== "" && message.via.host !== "");
  assert(message.via.start < message.via.end && message.via.end <= message.bodyStart);
  for (const field of message.headers) assert(field.start < field.end);
}

Deno.test("no bytes at all make the scanner throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), check), { numRuns: 500 });
});

Deno.test("no damage to a message makes the scanner throw", () => {
  const damage = fc.record({
    seed: fc.constantFrom(...seeds),
    at: fc.nat(),
    remove: fc.nat(40),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.constantFrom('"', "<", ";", ",", ":", "\r\n", "\r\n\r\n", " ", "\0", "=", "[", "%")
        .map((text) => new TextEncoder().encode(text)),
    ),
    end: fc.option(fc.nat()),
  });
  fc.assert(
    fc.property(damage, ({ seed, at, remove, insert, end }) => {
      const start = at % seed.length;
      const kept = seed.slice(Math.min(seed.length, start + remove));
      const damaged = new Uint8Array([...seed.slice(0, start), ...insert, ...kept]);
      check(end === null ? damaged : damaged.slice(0, end % (damaged.length + 1)));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("eight times as much of anything takes the scanner no more than some eight times as long", () => {
  const head = "OPTIONS sip:b@h SIP/2.0\r\nVia: ";
  const runs = [" ", ";", "\t", '"', "a", ",", "\\", "\r\n ", "x\r\n", "x:\r\n", "[", "<", "1"];
  const wholes: ((filler: string) => string)[] = [
    (filler) => head + filler,
    (filler) => filler,
    (filler) => `${head}SIP/2.0/UDP h;${filler}\r\n\r\n`,
  ];
  for (const run of runs) {
    const filler = (length: number) => run.repeat(Math.floor(length / run.length));
    for (const whole of [...wholes, (text: string) => REQUEST.replace("Alice", () => text)]) {
      const [small, large] = [whole(filler(8_000)), whole(filler(64_000))];
      let [least, most] = [Infinity, Infinity];
      // The quickest scans are those that nothing disturbed. A quadratic scanner takes 64 times as long.
      for (let round = 0; most > 40 * Math.max(least, 0.5); round++) {
        assert(round < 50, `${JSON.stringify(run)}: ${least} → ${most} ms`);
        least = Math.min(least, scanTime(small));
        most = Math.min(most, scanTime(large));
      }
    }
  }
});

function scanTime(text: string): number {
  const start = performance.now();
  scanText(text);
  return performance.now() - start;
}

Deno.test("a head with bare LFs throughout is read; the body stays as it is counted", () => {
  const bytes = (text: string) => scanBytes(new TextEncoder().encode(text));
  const body = "v=0\no=é\n";
  const lines = REQUEST.trimEnd() + `\r\nContent-Length: ${utf8Length(body)}\r\n\r\n`;
  const bare = lines.replaceAll("\r\n", "\n");
  for (const before of ["", "\n\n", "\r\n"]) {
    const result = bytes(before + bare + body + "beyond");
    assert(result.ok, result.ok ? "" : result.fault.reason);
    const { message } = result;
    assert.equal(message.text, lines + body);
    assert.equal(header(message, "subject"), "one two");
  }
  // A lone LF among CRLFs may be meant to smuggle a header in; a lone CR is no line end.
  assert(!bytes(bare.replace("To:", "X: a\r\nTo:")).ok);
  assert(!bytes(bare.replaceAll("\n", "\r")).ok);
  assert(!bytes(bare.trimEnd()).ok);
  const smuggled = bytes(lines.replace("Subject: one", "Subject: a\nX-Evil: 1") + body);
  assert(!smuggled.ok || header(smuggled.message, "x-evil") === undefined);
});

Deno.test("an odd Content-Length does not cost a response its meaning", () => {
  const response = REQUEST.replace(/^.*/, "SIP/2.0 200 OK");
  const read = (...lengths: string[]) => {
    const lines = lengths.map((length) => `Content-Length: ${length}\r\n`).join("");
    const result = scanText(response.replace(/\r\n$/, `${lines}\r\nv=0\r\n1234`));
    return result.ok ? result.message.text.slice(result.message.bodyStart) : result.fault.reason;
  };
  for (const odd of ["+83", "", "-1", "5 bytes", "0x5", "five"]) {
    assert.equal(read(odd), "v=0\r\n1234", odd);
  }
  assert.equal(read("5", "5"), "v=0\r\n");
  assert.equal(read("+5", "5"), "v=0\r\n");
  assert.match(read("5", "6"), /more than once/);
  assert.match(read("10"), /its body has 9 bytes/);
  // A request is answered, so that its sender learns what is wrong.
  for (const line of ["Content-Length: +0", "Content-Length:", "l: 0\r\nl: 0"]) {
    assert.equal(faultOf(REQUEST.replace("Subject: one", `${line}\r\nSubject: x`)).status, 400);
  }
});
