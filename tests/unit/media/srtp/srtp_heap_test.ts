/** What a packet leaves behind: nothing, with AES in counter mode. */
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SRTP_SUITES } from "../../../../src/core/media/media_description.ts";
import { loadCiphers } from "../../../../src/media/transport/srtp/ciphers.ts";
import { SrtpReceiver } from "../../../../src/media/transport/srtp/srtp_receiver.ts";
import { SrtpSender } from "../../../../src/media/transport/srtp/srtp_sender.ts";
import { keyFor, rtpPacket } from "./octets.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const PACKETS = 2000;
const ROUNDS = 100;

Deno.test("a packet of AES-CM allocates nothing, sent and received", async () => {
  for (const suite of SRTP_SUITES.filter((name) => name.includes("_CM_"))) {
    const create = await loadCiphers([suite]);
    const [sender, receiver] = [new SrtpSender(create(suite, keyFor(suite))), new SrtpReceiver()];
    receiver.rekey([create(suite, keyFor(suite))]);
    const { data, length } = rtpPacket(0);
    let sequence = 0;
    const pass = () => {
      data[2] = ++sequence >> 8;
      data[3] = sequence;
      const sealed = sender.rtp(data, length);
      if (receiver.rtp(data, sealed, 0) !== length) throw new Error(`packet ${sequence}`);
      receiver.commit();
    };
    let least = Infinity;
    // Until it is compiled for good, the engine itself allocates: one round without that is enough.
    for (let round = 0; round < ROUNDS && least >= 4; round++) {
      collect();
      const before = Deno.memoryUsage().heapUsed;
      for (let i = 0; i < PACKETS; i++) pass();
      least = Math.min(least, (Deno.memoryUsage().heapUsed - before) / PACKETS);
    }
    assert.ok(least < 4, `${suite}: ${least} octets a packet`);
  }
});
