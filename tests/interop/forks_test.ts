/** What a forking proxy, a careless peer or an attacker sends: written out message by message. */
import assert from "node:assert/strict";
import { callJson, Offhook } from "../peers/offhook.ts";
import { headerOf, RawSip } from "../peers/raw_sip.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { pause } from "../support/pause.ts";
import { testWith } from "../support/skip.ts";

function dial(scratch: Scratch, peer: RawSip, more: string[] = []): Offhook {
  const silent = ["--mic", "silence", "--speaker", "null", "--json"];
  return Offhook.start(scratch, ["dial", peer.uri, ...silent, ...more]);
}

testWith(
  [],
  "of two answers of a forked call one is kept, the other acknowledged and ended",
  () =>
    withScratch(async (scratch) => {
      const peer = RawSip.start(scratch);
      const phone = dial(scratch, peer, ["--duration", "2s"]);
      const invite = await peer.request("INVITE");
      await peer.reply(invite, "180 Ringing", { toTag: "left" });
      await peer.reply(invite, "180 Ringing", { toTag: "right" });
      await peer.reply(invite, "200 OK", { toTag: "left", sdp: peer.sdp() });
      await peer.reply(invite, "200 OK", { toTag: "right", sdp: peer.sdp() });

      const ended: string[] = [];
      for (let byes = 0; byes < 2; byes++) {
        const bye = await peer.request("BYE");
        await peer.reply(bye, "200 OK");
        ended.push(tagOf(headerOf(bye, "to")));
      }
      const call = callJson(await phone.finished);

      assert.equal(call.outcome, "answered");
      assert.deepEqual(
        ended,
        ["right", "left"],
        "the late answer is ended first, the kept one last",
      );
      const acknowledged = peer.received
        .filter(({ start }) => start.startsWith("ACK "))
        .map((ack) => tagOf(headerOf(ack, "to")));
      assert.deepEqual(new Set(acknowledged), new Set(["left", "right"]));
    }),
);

testWith(
  [],
  "early media of two branches does not end the call",
  () =>
    withScratch(async (scratch) => {
      const peer = RawSip.start(scratch);
      const phone = dial(scratch, peer, ["--duration", "1s"]);
      const invite = await peer.request("INVITE");
      await peer.reply(invite, "183 Session Progress", { toTag: "left", sdp: peer.sdp() });
      await peer.reply(invite, "183 Session Progress", { toTag: "right", sdp: peer.sdp(11) });
      await pause(300);
      await peer.reply(invite, "200 OK", { toTag: "right", sdp: peer.sdp(11) });
      const ack = await peer.request("ACK");
      assert.equal(tagOf(headerOf(ack, "to")), "right");
      await peer.reply(await peer.request("BYE"), "200 OK");
      assert.equal(callJson(await phone.finished).outcome, "answered");
    }),
);

testWith([], "ringing without a Contact is still ringing", () =>
  withScratch(async (scratch) => {
    const peer = RawSip.start(scratch);
    const phone = Offhook.start(scratch, [
      "dial",
      peer.uri,
      "--mic",
      "silence",
      "--speaker",
      "null",
    ]);
    const invite = await peer.request("INVITE");
    const same = invite.headers
      .filter(({ name }) => ["via", "from", "call-id", "cseq"].includes(name))
      .map(({ name, value }) => `${name}: ${value}`);
    const to = `to: ${headerOf(invite, "to")};tag=bare`;
    await peer.send(["SIP/2.0 180 Ringing", ...same, to], invite.from);
    await phone.waitFor("stderr", /ring/i);
    await peer.reply(invite, "486 Busy Here", { toTag: "bare" });
    assert.equal((await phone.finished).status, 5);
  }));

testWith([], "a retransmitted answer is acknowledged again", () =>
  withScratch(async (scratch) => {
    const peer = RawSip.start(scratch);
    const phone = dial(scratch, peer, ["--duration", "2s"]);
    const invite = await peer.request("INVITE");
    for (let copies = 0; copies < 3; copies++) {
      await peer.reply(invite, "200 OK", { toTag: "one", sdp: peer.sdp() });
      await peer.request("ACK");
    }
    await peer.reply(await peer.request("BYE"), "200 OK");
    assert.equal(callJson(await phone.finished).outcome, "answered");
  }));

const GARBAGE: [what: string, bytes: Uint8Array][] = [
  ["nothing", new Uint8Array(0)],
  ["zeros", new Uint8Array(400)],
  ["noise", Uint8Array.from({ length: 1200 }, (_, i) => (i * 7919 + 13) & 255)],
  ["a start line alone", text("INVITE sip:x@127.0.0.1 SIP/2.0\r\n\r\n")],
  ["half a message", text("INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;bra")],
  ["a wrong length", text("BYE sip:x SIP/2.0\r\nVia: x\r\nContent-Length: 99999\r\n\r\nx")],
  ["a negative length", text("BYE sip:x SIP/2.0\r\nVia: x\r\nContent-Length: -5\r\n\r\n")],
  ["a status of letters", text("SIP/2.0 OK OK\r\nCSeq: 1 INVITE\r\n\r\n")],
  ["a very long header", text(`OPTIONS sip:x SIP/2.0\r\nSubject: ${"a".repeat(60_000)}\r\n\r\n`)],
];

testWith(
  [],
  "garbage on the SIP and RTP ports disturbs neither the call nor the next one",
  () =>
    withScratch(async (scratch) => {
      const peer = RawSip.start(scratch);
      const phone = dial(scratch, peer, ["--duration", "2s"]);
      const invite = await peer.request("INVITE");
      const media = Number(/m=audio (\d+)/.exec(invite.body)?.[1]);
      const throwAll = async () => {
        for (const [, bytes] of GARBAGE) {
          await peer.sendBytes(bytes, invite.from);
          await peer.sendBytes(bytes.subarray(0, 1400), { hostname: "127.0.0.1", port: media });
          await peer.sendBytes(bytes.subarray(0, 1400), { hostname: "127.0.0.1", port: media + 1 });
        }
      };
      await throwAll();
      await peer.reply(invite, "180 Ringing", { toTag: "one" });
      await peer.reply(invite, "200 OK", { toTag: "one", sdp: peer.sdp() });
      await peer.request("ACK");
      await throwAll();
      await peer.reply(await peer.request("BYE"), "200 OK");
      const result = await phone.finished;
      assert.equal(result.status, 0, result.stderr);
      assert.equal(callJson(result).outcome, "answered");
    }),
);

testWith(
  [],
  "garbage before a call does not keep the phone from answering it",
  () =>
    withScratch(async (scratch) => {
      const phone = Offhook.start(scratch, [
        ...["answer", "--listen", "127.0.0.1:0", "--json", "--timeout", "20s"],
        ...["--mic", "silence", "--speaker", "null"],
      ]);
      const [, port] = await phone.waitFor("stderr", /waiting for calls on \S+:(\d+) \(udp\)/);
      const place = { hostname: "127.0.0.1", port: Number(port) };
      const peer = RawSip.start(scratch);
      for (const [, bytes] of GARBAGE) await peer.sendBytes(bytes, place);
      const id = [
        "from: <sip:raw@127.0.0.1>;tag=a",
        `to: <sip:phone@127.0.0.1:${port}>`,
        "call-id: g1",
      ];
      const via = (branch: string) =>
        `via: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bK${branch}`;
      const more = ["max-forwards: 70", `contact: <${peer.uri}>`];
      const target = `sip:phone@127.0.0.1:${port} SIP/2.0`;
      await peer.send(
        [`INVITE ${target}`, via("1"), ...id, "cseq: 1 INVITE", ...more],
        place,
        peer.sdp(),
      );
      const answer = await peer.response("INVITE", 200);
      const dialog = [id[0], `to: ${headerOf(answer, "to")}`, id[2]];
      await peer.send([`ACK ${target}`, via("2"), ...dialog, "cseq: 1 ACK", ...more], place);
      await peer.send([`BYE ${target}`, via("3"), ...dialog, "cseq: 2 BYE", ...more], place);
      await peer.response("BYE", 200);
      const result = await phone.finished;
      assert.equal(result.status, 0, result.stderr);
    }),
);

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function tagOf(header: string): string {
  return /;tag=([^;\s]+)/.exec(header)?.[1] ?? "";
}
