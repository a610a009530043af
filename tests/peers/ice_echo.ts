/**
 * A SIP user agent that answers a call with ICE by rtpengine, and sends back what it hears.
 *
 *     caller ── INVITE, ICE ──► RawSip ── offer, answer ──► rtpengine
 *     caller ◄───────── RTP over ICE ─────────► rtpengine ◄── plain RTP ──► echo
 */
import { headerOf, RawSip } from "./raw_sip.ts";
import type { Rtpengine } from "./rtpengine.ts";
import type { Scratch } from "./scratch.ts";

/** @param lite rtpengine answers checks and makes none @returns where to call it, once */
export function iceEcho(scratch: Scratch, rtpengine: Rtpengine, lite = false): string {
  const sip = RawSip.start(scratch);
  const run = async () => {
    const invite = await sip.request("INVITE", 30_000);
    const call = headerOf(invite, "call-id");
    const answer = await answerOf(rtpengine, call, invite.body, echoes(scratch), lite);
    await sip.reply(invite, "200 OK", { toTag: "echo", sdp: answer });
    await sip.reply(await sip.request("BYE", 60_000), "200 OK");
  };
  const done = run().catch(() => {});
  scratch.defer(() => done);
  return sip.uri;
}

async function answerOf(
  rtpengine: Rtpengine,
  call: string,
  offer: string,
  echo: number,
  lite: boolean,
): Promise<string> {
  const common = { "call-id": call, "from-tag": "caller", "transport-protocol": "RTP/AVP" };
  const plain = { ICE: "remove", "rtcp-mux": ["demux"] };
  await rtpengine.ask({ ...common, ...plain, command: "offer", sdp: offer });
  const sdp = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
    .concat([`m=audio ${echo} RTP/AVP 0`, "a=rtpmap:0 PCMU/8000", ""]).join("\r\n");
  const answer = await rtpengine.ask({
    ...common,
    command: "answer",
    "to-tag": "echo",
    sdp,
    ICE: "force",
    "rtcp-mux": ["accept"],
    ...(lite ? { "ICE-lite": "forward" } : {}),
  });
  return answer.sdp as string;
}

/** The port of a socket that sends back what comes. */
function echoes(scratch: Scratch): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  scratch.defer(() => socket.close());
  const run = async () => {
    for await (const [data, from] of socket) await socket.send(data, from);
  };
  run().catch(() => {});
  return (socket.addr as Deno.NetAddr).port;
}
