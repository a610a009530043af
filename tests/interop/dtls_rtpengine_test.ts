/** DTLS-SRTP of ours to rtpengine, which makes plain RTP of it for another phone: both hear. */
import assert from "node:assert/strict";
import type {
  Fingerprint,
  IceCandidate,
  Keying,
  LocalIce,
  SrtpSuite,
} from "../../src/core/media/media_description.ts";
import type { MediaReport } from "../../src/core/ports/media_report.ts";
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

async function party(
  scratch: Scratch,
  wish: { dtls?: true; ice?: string } = {},
): Promise<MediaParty> {
  const one = new MediaParty({ address: "127.0.0.1" });
  scratch.defer(() => one.stop());
  await one.open(TONE, wish);
  return one;
}

/** ICE of ours as lines (RFC 8839 §5). */
function iceLines({ credentials, candidates }: LocalIce): string[] {
  return [
    `a=ice-ufrag:${credentials.ufrag}`,
    `a=ice-pwd:${credentials.password}`,
    ...candidates.map(({ foundation, component, transport, priority, address, port, type }) =>
      `a=candidate:${foundation} ${component} ${transport} ${priority} ${address} ${port} typ ${type}`
    ),
  ];
}

function candidatesIn(text: string): IceCandidate[] {
  return [...text.matchAll(/^a=candidate:(.*?)\r?$/gm)].map(([, line]) => {
    const [foundation, component, transport, priority, address, port, , type] = line!.split(" ");
    return {
      foundation: foundation!,
      component: Number(component),
      transport: transport!.toLowerCase(),
      priority: Number(priority),
      address: address!,
      port: Number(port),
      type: type!,
    };
  });
}

interface Wish {
  setup: string;
  suite: SrtpSuite;
  ice: boolean;
}

/** The answer to our offer, and where the other phone sends. */
async function negotiated(engine: Rtpengine, ours: MediaParty, other: MediaParty, wish: Wish) {
  const call: Dictionary = { "call-id": crypto.randomUUID(), "from-tag": "a" };
  const lines = secured(ours.fingerprint!, wish.setup).concat(ours.ice ? iceLines(ours.ice) : []);
  const offer = sdp("UDP/TLS/RTP/SAVPF", ours.port, lines);
  const plain = { "transport-protocol": "RTP/AVP", ICE: "remove", "rtcp-mux": ["demux"] };
  const toOther = await engine.ask({ command: "offer", ...call, sdp: offer, ...plain });
  const answered = await engine.ask({
    command: "answer",
    ...call,
    "to-tag": "b",
    sdp: sdp("RTP/AVP", other.port),
    "transport-protocol": "UDP/TLS/RTP/SAVPF",
    ICE: wish.ice ? "force" : "remove",
  });
  return { answer: String(answered.sdp), otherPort: portIn(String(toOther.sdp)) };
}

function streamOf(ours: MediaParty, answer: string, { suite, ice }: Wish) {
  const [hash, value] = attribute(answer, "fingerprint")!.split(" ");
  const keying: Keying = {
    kind: "dtls",
    role: attribute(answer, "setup") === "active" ? "passive" : "active",
    fingerprints: [{ hash: hash!, value: value!.toUpperCase() }],
    suites: [suite],
  };
  if (!ice) return { keying, rtcpMux: true };
  const remote = {
    ufrag: attribute(answer, "ice-ufrag")!,
    password: attribute(answer, "ice-pwd")!,
    candidates: candidatesIn(answer),
  };
  const local = ours.ice!.credentials;
  return { keying, rtcpMux: true, ice: { local, remote, controlling: true } };
}

function bridges(name: string, wish: Wish): void {
  testWith(["rtpengine"], name, () =>
    withScratch(async (scratch) => {
      const engine = await Rtpengine.start(scratch);
      const ours = await party(scratch, { dtls: true, ...(wish.ice && { ice: "account" }) });
      const other = await party(scratch);
      const { answer, otherPort } = await negotiated(engine, ours, other, wish);
      const stream = streamOf(ours, answer, wish);
      if (wish.setup !== "actpass") assert.equal(stream.keying.role, wish.setup);
      const port = portIn(answer);
      ours.start({ port, rtcpPort: port }, "PCMU", stream);
      other.start({ port: otherPort, rtcpPort: otherPort + 1 }, "PCMU");
      const hears = ({ received, receivedLevel }: MediaReport) =>
        received >= 40 && Math.abs(receivedLevel - -12.1) < 1.5;
      const [report] = await Promise.all([ours.report(hears), other.report(hears)]);
      const secure = ours.inputs.find(({ type }) => type === "MediaSecured");
      assert.ok(secure?.type === "MediaSecured" && secure.suite === wish.suite);
      assert.equal(report.ice?.state, wish.ice ? "connected" : undefined);
    }));
}

for (const setup of ["actpass", "active", "passive"]) {
  for (const suite of ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM"] as const) {
    bridges(`rtpengine takes our DTLS as ${setup} with ${suite}`, { setup, suite, ice: false });
  }
  const suite = "AES_CM_128_HMAC_SHA1_80";
  bridges(`rtpengine takes our DTLS as ${setup} over ICE`, { setup, suite, ice: true });
}
