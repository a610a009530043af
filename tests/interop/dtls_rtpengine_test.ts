/** DTLS-SRTP of ours to rtpengine, which makes plain RTP of it for another phone: both hear. */
import assert from "node:assert/strict";
import type { Fingerprint, Keying } from "../../src/core/media/media_description.ts";
import { MediaParty } from "../fakes/media_party.ts";
import { type Dictionary, Rtpengine } from "../peers/rtpengine.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

const TONE = {
  microphone: { kind: "tone" as const, frequency: 1000, level: -6 },
  speaker: { kind: "null" as const },
};

function sdp(protocol: string, port: number, lines: string[] = []): string {
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    `m=audio ${port} ${protocol} 0`,
    ...lines,
    "",
  ].join("\r\n");
}

function attribute(text: string, name: string): string | undefined {
  return new RegExp(`^a=${name}:(.*?)\r?$`, "m").exec(text)?.[1];
}

function portIn(text: string): number {
  return Number(/^m=audio (\d+)/m.exec(text)![1]);
}

function secured({ hash, value }: Fingerprint, setup: string): string[] {
  return ["a=rtcp-mux", `a=fingerprint:${hash} ${value}`, `a=setup:${setup}`];
}

async function party(scratch: Scratch, dtls?: true): Promise<MediaParty> {
  const one = new MediaParty({ address: "127.0.0.1" });
  scratch.defer(() => one.stop());
  await one.open(TONE, dtls);
  return one;
}

for (const setup of ["actpass", "active", "passive"]) {
  for (const suite of ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM"] as const) {
    testWith(
      ["rtpengine"],
      `rtpengine takes our DTLS as ${setup} with ${suite}`,
      () =>
        withScratch(async (scratch) => {
          const engine = await Rtpengine.start(scratch);
          const [ours, other] = [await party(scratch, true), await party(scratch)];
          const call: Dictionary = { "call-id": crypto.randomUUID(), "from-tag": "a" };
          const offer = sdp("UDP/TLS/RTP/SAVPF", ours.port, secured(ours.fingerprint!, setup));
          const plain = { "transport-protocol": "RTP/AVP", ICE: "remove", "rtcp-mux": ["demux"] };
          const toOther = await engine.ask({ command: "offer", ...call, sdp: offer, ...plain });
          const answered = await engine.ask({
            command: "answer",
            ...call,
            "to-tag": "b",
            sdp: sdp("RTP/AVP", other.port),
            "transport-protocol": "UDP/TLS/RTP/SAVPF",
            ICE: "remove",
          });
          const answer = String(answered.sdp);
          const [hash, value] = attribute(answer, "fingerprint")!.split(" ");
          const keying: Keying = {
            kind: "dtls",
            role: attribute(answer, "setup") === "active" ? "passive" : "active",
            fingerprints: [{ hash: hash!, value: value!.toUpperCase() }],
            suites: [suite],
          };
          if (setup !== "actpass") assert.equal(keying.role, setup);
          const port = portIn(answer);
          ours.start({ port, rtcpPort: port }, "PCMU", { keying, rtcpMux: true });
          const plainPort = portIn(String(toOther.sdp));
          other.start({ port: plainPort, rtcpPort: plainPort + 1 }, "PCMU");
          const hears = (
            { received, receivedLevel }: { received: number; receivedLevel: number },
          ) => received >= 40 && Math.abs(receivedLevel - -12.1) < 1.5;
          await Promise.all([ours.report(hears), other.report(hears)]);
          const secure = ours.inputs.find(({ type }) => type === "MediaSecured");
          assert.ok(secure?.type === "MediaSecured" && secure.suite === suite);
        }),
    );
  }
}
