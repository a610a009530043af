/** The parser that stands in for SIP.js's: the same objects for what SIP.js takes, and what it drops. */
import assert from "node:assert/strict";
import {
  type IncomingRequestMessage,
  IncomingResponseMessage,
  LoggerFactory,
  Parser,
} from "sip.js/lib/core/index.js";
import { libraryMessage, MalformedMessage } from "../../../src/sip/library/library_message.ts";
import { scanText } from "../../../src/sip/message/scan.ts";

function text(startLine: string, headers: string[], body = ""): string {
  return [startLine, ...headers, `Content-Length: ${body.length}`, "", body].join("\r\n");
}

const COMMON = [
  "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx;rport=5;received=1.2.3.4",
  'From: "Ann \\"A\\"" <sip:ann@example.com:5070;transport=tcp>;x=y;tag=1',
  "To: Bob <sip:bob@example.com>",
  "Call-ID: a@b",
  "CSeq: 7 INVITE",
];

function ours(message: string) {
  const scan = scanText(message);
  assert.ok(scan.ok);
  return libraryMessage(scan.message);
}

function theirs(message: string) {
  const loggers = new LoggerFactory();
  loggers.builtinEnabled = false;
  return Parser.parseMessage(message, loggers.getLogger("test"))!;
}

const MESSAGES = [
  text("INVITE sip:bob@192.0.2.2:5062;ob SIP/2.0", [
    ...COMMON,
    "Max-Forwards: 70",
    "Contact: <sip:ann@192.0.2.1:5060>;q=0.5",
    "Record-Route: <sip:p1;lr>, <sip:p2;lr>",
    "Record-Route: <sip:p3;lr>",
    "Content-Type: application/sdp",
    "X-Other: <<>>",
  ], "v=0\r\n"),
  text("SIP/2.0 183 Session Progress", [
    ...COMMON.slice(0, 2),
    "To: <sip:b@h>;tag=2",
    ...COMMON.slice(3),
  ]),
  text("REFER sip:bob@h SIP/2.0", [
    ...COMMON.slice(0, 4),
    "CSeq: 8 REFER",
    "Refer-To: <sip:c@h>",
    "Contact: <sip:ann@h>",
    "Event: refer;id=1",
  ]),
];

for (const [index, message] of MESSAGES.entries()) {
  Deno.test(`message ${index + 1} is the same object that SIP.js makes of it`, () => {
    const a = ours(message) as IncomingRequestMessage & IncomingResponseMessage;
    const b = theirs(message) as IncomingRequestMessage & IncomingResponseMessage;
    const facts = (m: typeof a) => ({
      kind: m.constructor.name,
      method: m.method,
      status: m.statusCode,
      reason: m.reasonPhrase,
      ruri: m.ruri?.toString(),
      callId: m.callId,
      cseq: m.cseq,
      from: m.from.toString(),
      fromTag: m.fromTag,
      to: m.to.toString(),
      toTag: m.toTag,
      branch: m.viaBranch,
      via: [m.via.host, m.via.port],
      body: m.body,
      contacts: m.getHeaders("contact"),
      contact: m.parseHeader("contact")?.toString(),
      routes: m.getHeaders("record-route"),
      referTo: m.referTo?.toString(),
      contentType: m.parseHeader("content-type"),
      event: m.parseHeader("event")?.event,
      other: m.getHeader("X-Other"),
    });
    assert.deepEqual(facts(a), facts(b));
  });
}

Deno.test("tel: URIs in From, To and Contact, which SIP.js drops", () => {
  const message = text("INVITE sip:bob@h SIP/2.0", [
    COMMON[0],
    '"Ann" <tel:+49;phone-context=x>;tag=1'.replace(/^/, "From: "),
    "To: tel:+49301",
    ...COMMON.slice(3),
    "Contact: <tel:+49>",
  ]);
  assert.equal(theirs(message), undefined);
  const parsed = ours(message);
  assert.equal(parsed.from.uri.toString(), "tel:+49;phone-context=x");
  assert.equal(parsed.to.uri.toString(), "tel:+49301");
  assert.equal(parsed.fromTag, "1");
});

Deno.test("the body ends where Content-Length says, counted in octets", () => {
  const body = "häßlich";
  const headers = ["Content-Type: text/plain", "Content-Length: 5"];
  const message = [`INVITE sip:b@h SIP/2.0`, ...COMMON, ...headers, "", body].join("\r\n");
  assert.equal(ours(message).body, "häß".slice(0, 3));
});

Deno.test("headers that cannot be read make the message malformed, with the status to answer", () => {
  const broken: [string, RegExp][] = [
    [text("INVITE sip:b@h SIP/2.0", [...COMMON, "Contact: <sip:a@h>, <nonsense>"]), /Contact/],
    [text("INVITE sip:b@h SIP/2.0", [...COMMON, "Record-Route: sip:"]), /Record-Route/],
    [text("INVITE sip:b@@h SIP/2.0", COMMON), /Request-URI/],
    [text("INVITE sip:b@h SIP/2.0", [...COMMON, "Refer-To: x y"]), /Refer-To/],
  ];
  const untyped = [`INVITE sip:b@h SIP/2.0`, ...COMMON, "", "hello"].join("\r\n");
  broken.push([untyped, /Content-Type/]);
  for (const [message, word] of broken) {
    assert.throws(() => ours(message), (error) => {
      assert.ok(error instanceof MalformedMessage);
      assert.equal(error.status, 400);
      assert.match(error.message, word);
      return true;
    });
  }
});

Deno.test("a response is read as far as it can be, and what was left out is named", () => {
  const named: string[] = [];
  const read = (lines: string[], from = COMMON) => {
    const source = scanText(text("SIP/2.0 200 OK", [...from, ...lines]));
    assert.ok(source.ok);
    return libraryMessage(source.message, (header) => named.push(header));
  };
  const contacts = read(["Contact: <nonsense>, <sip:a@h>;expires=60, <sip:\\>;x"]);
  assert.deepEqual(contacts.getHeaders("contact"), ["<sip:a@h>;expires=60"]);
  assert.equal(read(["Contact: nonsense"]).hasHeader("contact"), false);
  const odd = COMMON.map((line) => line.startsWith("To:") ? 'To: "open <x>;tag=9' : line);
  assert.equal(read([], odd).toTag, "9");
  assert.deepEqual(named, ["Contact", "Contact", "To"]);
});

Deno.test("an SDP without a type is known by its first line", () => {
  const message = ours([`INVITE sip:b@h SIP/2.0`, ...COMMON, "", "v=0\r\ns=-"].join("\r\n"));
  assert.equal(message.getHeader("content-type"), "application/sdp");
});

Deno.test("a response's reason may be empty or have spaces", () => {
  const of = (line: string) => (ours(text(line, COMMON)) as IncomingResponseMessage).reasonPhrase;
  assert.equal(of("SIP/2.0 200 "), "");
  assert.equal(of("SIP/2.0 486 Busy  Here"), "Busy  Here");
});

Deno.test("a Contact that no request can go to sets no target, and says so", () => {
  const read = (startLine: string, method: string, contact: string) => {
    const remarks: [string, boolean][] = [];
    const scan = scanText(text(startLine, [...COMMON.slice(0, 4), `CSeq: 7 ${method}`, contact]));
    assert.ok(scan.ok);
    const message = libraryMessage(scan.message, (name, isLost) => remarks.push([name, isLost]));
    return { contacts: message.getHeaders("contact"), remarks };
  };
  for (const bad of ["*", "<http://h/>", "<mailto:a@h>", "<sip:a@h:0>"]) {
    for (const method of ["INVITE", "UPDATE"]) {
      const { contacts, remarks } = read("SIP/2.0 200 OK", method, `Contact: ${bad}`);
      assert.deepEqual([contacts, remarks], [[], [["Contact", true]]], `${method} ${bad}`);
    }
    // Not a target: bindings of a registrar, and where a redirection leads.
    const answers = [["SIP/2.0 200 OK", "REGISTER"], ["SIP/2.0 302 Moved", "INVITE"]] as const;
    for (const [line, method] of answers) {
      const { contacts, remarks } = read(line, method, `Contact: ${bad}`);
      assert.deepEqual([contacts, remarks], [[bad], []], `${line} ${method} ${bad}`);
    }
  }
  const invite = (contact: string) =>
    read("INVITE sip:b@h SIP/2.0", "INVITE", `Contact: ${contact}`);
  for (const bad of ["*", "<http://h/>"]) assert.throws(() => invite(bad), MalformedMessage);
  // It called from somewhere: that is where it is reached.
  assert.deepEqual(invite("<sip:a@h:0>").remarks, []);
});
