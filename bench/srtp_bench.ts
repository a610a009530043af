/**
 * SRTP of one packet of 20 ms of G.711 (172 octets): beside node:crypto, and beside the bare copy that
 * a call without encryption makes of it.
 */
import { createCipheriv, createHmac } from "node:crypto";
import { SRTP_SUITES, SUITE_PARAMETERS } from "../src/core/media/mod.ts";
import { loadCiphers } from "../src/media/transport/srtp/ciphers.ts";
import { SrtpReceiver } from "../src/media/transport/srtp/srtp_receiver.ts";
import { SrtpSender } from "../src/media/transport/srtp/srtp_sender.ts";

const LENGTH = 172;
const create = await loadCiphers(SRTP_SUITES);
const packet = new Uint8Array(2048);
packet[0] = 0x80;
const copy = new Uint8Array(2048);
let sequence = 0;

function next(data: Uint8Array): void {
  data[2] = ++sequence >> 8;
  data[3] = sequence;
}

Deno.bench("no encryption: the packet is copied", { group: "seal", baseline: true }, () => {
  next(packet);
  copy.set(packet.subarray(0, LENGTH));
});

for (const suite of SRTP_SUITES) {
  const { keyLength, saltLength } = SUITE_PARAMETERS[suite];
  const master = {
    key: new Uint8Array(keyLength).fill(7),
    salt: new Uint8Array(saltLength).fill(9),
  };
  const sender = new SrtpSender(create(suite, master));
  Deno.bench(`seal with ${suite}`, { group: "seal" }, () => {
    next(packet);
    copy.set(packet.subarray(0, LENGTH));
    sender.rtp(copy, LENGTH);
  });

  const both = new SrtpSender(create(suite, master));
  const receiver = new SrtpReceiver();
  receiver.rekey([create(suite, master)]);
  Deno.bench(`seal and open with ${suite}`, { group: "seal and open" }, () => {
    next(packet);
    copy.set(packet.subarray(0, LENGTH));
    const length = both.rtp(copy, LENGTH);
    if (receiver.rtp(copy, length, 0) === LENGTH) receiver.commit();
  });
}

const [key, authentication] = [new Uint8Array(16).fill(7), new Uint8Array(20).fill(9)];
const counter = new Uint8Array(16);
const rollOver = new Uint8Array(4);
Deno.bench("the same by node:crypto: aes-128-ctr and an HMAC", { group: "seal" }, () => {
  next(packet);
  counter[12] = packet[2]!;
  counter[13] = packet[3]!;
  copy.set(packet.subarray(0, 12));
  copy.set(createCipheriv("aes-128-ctr", key, counter).update(packet.subarray(12, LENGTH)), 12);
  const hmac = createHmac("sha1", authentication).update(copy.subarray(0, LENGTH));
  copy.set(hmac.update(rollOver).digest().subarray(0, 10), LENGTH);
});
