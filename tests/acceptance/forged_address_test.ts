/** A caller that names somebody else's address and never sends the ACK aims no sound at it. */
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { RTP_HEADER_LENGTH, writeRtpHeader } from "../../src/media/rtp/packet.ts";
import { RawPeer, sdp } from "../integration/sip/raw_peer.ts";
import { Offhook } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";

/** What the named address gets, and a way to speak from it. */
class Victim {
  readonly got: Uint8Array[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(readonly socket: Socket) {
    socket.on("message", (data) => {
      this.got.push(data);
      for (const wake of this.#waiting) wake();
    });
  }

  static open(): Promise<Victim> {
    const socket = createSocket("udp4");
    return new Promise((resolve) => socket.bind(0, "127.0.0.1", () => resolve(new Victim(socket))));
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** One packet of RTP, PCMU silence. */
  speak(sequenceNumber: number, to: number): void {
    const packet = new Uint8Array(RTP_HEADER_LENGTH + 160).fill(0xff);
    writeRtpHeader(packet, false, 0, sequenceNumber, sequenceNumber * 160, 7);
    this.socket.send(packet, to, "127.0.0.1");
  }

  async more(than: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => this.got.length > than && resolve();
    this.#waiting.add(look);
    look();
    await promise;
    this.#waiting.delete(look);
  }
}

Deno.test("no RTP before the named address speaks, a second of it before the ACK", async () => {
  await withScratch(async (scratch) => {
    const [peer, victim] = [await RawPeer.open(), await Victim.open()];
    const args = ["answer", "--listen", "127.0.0.1:0", "--mic", "tone", "--speaker", "null"];
    const phone = Offhook.start(scratch, args, { name: "answer" });
    try {
      const [, at] = await phone.waitFor("stderr", /waiting for calls on \S+?:(\d+) \(udp\)/);
      const invite = peer.request("INVITE", Number(at), { body: sdp(victim.port) });
      // The answer is repeated until its ACK: after 0.5, 1.5 and 3.5 s.
      const ok = await peer.next("200", "INVITE", 20_000);
      for (let repeat = 0; repeat < 2; repeat++) await peer.next("200", "INVITE");
      assert.equal(victim.got.length, 0);
      const [, port] = /m=audio (\d+)/.exec(ok.body)!;
      victim.speak(1, Number(port));
      await victim.more(0);
      await peer.next("200", "INVITE");
      const unacknowledged = victim.got.length;
      assert.ok(unacknowledged > 10 && unacknowledged <= 50, `${unacknowledged} packets`);
      peer.inDialog("ACK", invite, ok, { cseq: 1 });
      await victim.more(60);
      peer.obliging.add("BYE");
      phone.interrupt();
      await phone.finished;
    } finally {
      victim.socket.close();
      await peer.close();
    }
  });
});
