/** What one SIP message costs below SIP.js. */
import { answer } from "../src/sip/message/answer.ts";
import { scanBytes } from "../src/sip/message/scan.ts";
import { TransportLayer } from "../src/sip/transport/layer.ts";
import { rawRequest } from "../tests/fakes/raw_user_agent.ts";

const sdp = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 4000 RTP/AVP 0 8 101",
  "a=rtpmap:101 telephone-event/8000",
  "",
].join("\r\n");
const invite = new TextEncoder().encode(
  rawRequest({
    method: "INVITE",
    uri: "sip:bob@example.com",
    headers: ["Allow: ACK,BYE,CANCEL,INFO,INVITE,OPTIONS", "Content-Type: application/sdp"],
    body: sdp,
  }),
);

Deno.bench("guard an INVITE", () => {
  scanBytes(invite);
});

for (const transport of ["udp", "tcp", "ws"] as const) {
  Deno.bench(`${transport}: 100 times OPTIONS and 200, both ends in one thread`, async (b) => {
    const server = new TransportLayer({ onRequest: (request) => answer(request, 200) });
    const { port } = await server.listen(transport, { host: "127.0.0.1", port: 0 });
    const nextHop = { server: `127.0.0.1:${port}`, transport };
    const client = new TransportLayer({ nextHop, keepaliveMs: 0 });
    await client.connect();
    b.start();
    for (let count = 0; count < 100; count++) {
      const answered = new Promise<void>((resolve) => client.onMessage = () => resolve());
      await client.send(rawRequest({ method: "OPTIONS", uri: "sip:x@127.0.0.1" }));
      await answered;
    }
    b.end();
    await client.close();
    await server.close();
  });
}
