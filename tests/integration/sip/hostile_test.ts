/** Messages that are wrong in every way: the phone answers or drops them, and goes on. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { description, Phone } from "./phone.ts";
import { RawPeer, sdp } from "./raw_peer.ts";

const METHODS = "INVITE ACK BYE CANCEL PRACK UPDATE INFO REFER NOTIFY OPTIONS REGISTER MESSAGE XYZ"
  .split(" ");
const VALUES = [
  "",
  "*",
  "<",
  '"',
  ";",
  "sip:",
  "<sip:a@b>;tag=x",
  "<tel:+1>",
  "-1",
  "99999999999999999999",
  "0 INVITE",
  "1 ACK",
  "application/sdp",
  "multipart/mixed;boundary=",
  "refer;id",
  "100rel",
  "a;to-tag=b;from-tag=c",
  "SIP/2.0/UDP h;branch=z9hG4bK",
  "\u00fc\u{1f600}",
  "%00%ff",
  "a".repeat(3000),
];
const NAMES = [
  ..."Via From To Call-ID CSeq Contact Max-Forwards Content-Type Content-Length Require RAck RSeq"
    .split(" "),
  ..."Record-Route Refer-To Replaces Event Session-Expires Min-SE Expires Accept Reason".split(" "),
  ..."P-Asserted-Identity Alert-Info Content-Disposition Supported X-Nothing".split(" "),
];

/** A message with some headers replaced, doubled or left out. */
function mutated(seed: number, peer: RawPeer, dialog: string[]): string {
  const pick = <T>(list: readonly T[], salt: number): T =>
    list[Math.abs((seed * 2_654_435_761 + salt * 40_503) >>> 4) % list.length];
  const method = pick(METHODS, 1);
  const inDialog = seed % 3 === 0 && dialog.length > 0;
  const lines = [
    seed % 11 === 0 ? `SIP/2.0 ${100 + seed % 600} x` : `${method} sip:alice@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.at};branch=z9hG4bKfuzz${seed};rport`,
    ...(inDialog
      ? dialog
      : [`From: <sip:p@h>;tag=f${seed}`, "To: <sip:alice@h>", `Call-ID: fuzz${seed}`]),
    `CSeq: ${seed + 10} ${method}`,
    `Contact: <${peer.contact}>`,
    "Max-Forwards: 70",
  ];
  for (let change = 0; change <= seed % 4; change++) {
    const name = pick(NAMES, change + 2);
    const value = pick(VALUES, change + 7);
    const at = lines.findIndex((line) => line.startsWith(`${name}:`));
    if (at !== -1 && seed % 5 === 0) lines.splice(at, 1);
    else if (at !== -1 && seed % 2 === 0) lines[at] = `${name}: ${value}`;
    else lines.push(`${name}: ${value}`);
  }
  const body = pick(["", sdp(6000), "v=0", "SIP/2.0 200 OK", "\0\r\n\r\n"], 20);
  return [...lines, "", body].join("\r\n");
}

Deno.test("malformed and senseless messages, in and out of a call, disturb nothing", async () => {
  const peer = await RawPeer.open();
  const phone = await Phone.listening({
    react: (input, self) => {
      if (input.type === "IncomingCall" && input.sipCallId !== "keep") {
        self.do({ type: "SendReject", call: input.call, status: 486 });
      }
      if (input.type === "RemoteOffer") {
        self.do({ type: "RejectOffer", call: input.call, status: 488 });
      }
    },
  });
  const port = Number(phone.at.split(":")[1]);
  try {
    const invite = peer.request("INVITE", port, { callId: "keep", body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendAccept", call, description: description(5000) });
    const ok = await peer.next("200", "INVITE");
    peer.inDialog("ACK", invite, ok, { cseq: 1 });
    await phone.next("CallConfirmed");
    const dialog = [`From: ${invite.header("from")}`, `To: ${ok.header("to")}`, "Call-ID: keep"];
    for (let seed = 1; seed <= 600; seed++) {
      peer.send(mutated(seed, peer, dialog), port);
      if (seed % 50 === 0) {
        peer.request("OPTIONS", port);
        await peer.next("200", "OPTIONS");
      }
    }
    assert.deepEqual(phone.logs.filter((line) => line.startsWith("error")), []);
    // Only a BYE in the dialog may have ended the call.
    const ended = phone.inputs.find((input) => input.type === "CallEnded");
    if (ended !== undefined) assert.equal(ended.by, "remote");
    peer.request("INVITE", port, { callId: "after", body: sdp(6000) });
    await peer.next("486", "INVITE");
  } finally {
    peer.obliging.add("BYE");
    await phone.stop();
    await peer.close();
  }
});

Deno.test("bytes that are no SIP disturb nothing", async () => {
  const peer = await RawPeer.open();
  const phone = await Phone.listening();
  const port = Number(phone.at.split(":")[1]);
  try {
    for (const text of fc.sample(fc.string({ unit: "binary", maxLength: 400 }), 200)) {
      peer.send(text, port);
    }
    peer.request("OPTIONS", port);
    await peer.next("200", "OPTIONS");
    assert.equal(phone.inputs.length, 0);
  } finally {
    await phone.stop();
    await peer.close();
  }
});
