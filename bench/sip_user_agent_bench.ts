/** What a call costs in signalling: both user agents in one thread, over UDP on loopback. */
import { LoggerFactory, Parser } from "sip.js/lib/core/index.js";
import { libraryMessage } from "../src/sip/library/library_message.ts";
import { scanText } from "../src/sip/message/scan.ts";
import { description, Phone } from "../tests/integration/sip/phone.ts";
import { sdp } from "../tests/integration/sip/raw_peer.ts";

const body = sdp(4000);
const ok = [
  "SIP/2.0 200 OK",
  "Via: SIP/2.0/UDP 127.0.0.1:40000;branch=z9hG4bK8ed5ea052cfbffcb1ac3b697;rport=40000",
  'From: "Alice" <sip:alice@127.0.0.1:40000>;tag=0bec58272164a4d59c51c77d',
  "To: <sip:bob@127.0.0.1:5060>;tag=3748ba1e91b679c9c6cce64f",
  "Call-ID: 1bf1f1ad71afa11c96976251",
  "CSeq: 1 INVITE",
  "Contact: <sip:bob@127.0.0.1:5060>",
  "Supported: 100rel, replaces, timer",
  "Content-Type: application/sdp",
  `Content-Length: ${body.length}`,
  "",
  body,
].join("\r\n");
const loggers = new LoggerFactory();
loggers.builtinEnabled = false;
const logger = loggers.getLogger("bench");

Deno.bench("parse a 200: ours, scan and objects", { group: "parse", baseline: true }, () => {
  const scan = scanText(ok);
  if (!scan.ok) throw new Error(scan.fault.reason);
  libraryMessage(scan.message);
});

Deno.bench("parse a 200: SIP.js's own parser", { group: "parse" }, () => {
  if (Parser.parseMessage(ok, logger) === undefined) throw new Error("not parsed");
});

Deno.bench("50 calls: INVITE, 200, ACK, BYE, 200", async (b) => {
  const alice = await Phone.listening();
  const bob = await Phone.listening({
    account: { user: "bob" },
    react: (input, phone) => {
      if (input.type !== "IncomingCall") return;
      phone.do({ type: "SendAccept", call: input.call, description: description(5000) });
    },
  });
  b.start();
  for (let count = 0; count < 50; count++) {
    const call = `c${count}`;
    alice.dial(call, `sip:bob@${bob.at}`);
    await alice.next("CallAccepted");
    alice.do({ type: "SendBye", call });
    await alice.next("CallEnded");
  }
  b.end();
  await Promise.all([alice.stop(), bob.stop()]);
});
