/**
 * One side of a call with ICE as a process of its own, to be run in a network namespace.
 *
 *     argv: settings of ICE, whether it controls    stdin: the peer's description    stdout: what happens
 *
 * It says `LOCAL {…}`, and when it knows the peer `CONNECTED {…}`, `HEARD n` for each tenth packet and
 * `FAILED …`. It sends a packet each 20 ms.
 */
import { systemClock } from "../../src/media/mod.ts";
import {
  IceGatherer,
  IceTransport,
  ownAddresses,
  systemLinks,
} from "../../src/media/transport/ice/mod.ts";
import { UdpSockets } from "../../src/media/transport/mod.ts";

const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const random = () => crypto.getRandomValues(new Uint32Array(1))[0]!;
const sockets = new UdpSockets({ random });
const around = { clock: systemClock, random };
const gatherer = new IceGatherer({
  ...around,
  sockets,
  addresses: ownAddresses,
  resolve: (host) => sockets.resolveAll(host),
  link: systemLinks(),
}, JSON.parse(Deno.args[0]));
await gatherer.gather();
for (const { message } of gatherer.failures) say(`FAILED ${message}`);
const transport = new IceTransport(around, gatherer, {
  failed: ({ message }) => say(`FAILED ${message}`),
  lost: () => {},
});
let heard = 0;
transport.receiver = {
  deliver: () => {
    if (++heard % 10 === 0) say(`HEARD ${heard}`);
    return true;
  },
};
const { local } = transport;
const description = { ...local.credentials, candidates: local.candidates };
say(`LOCAL ${JSON.stringify(description)}`);
const buffer = new Uint8Array(65_536);
const length = await Deno.stdin.read(buffer);
const remote = JSON.parse(new TextDecoder().decode(buffer.subarray(0, length ?? 0)));
const codec = { payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 };
transport.use({
  remoteAddress: local.address,
  remotePort: 9,
  remoteRtcpPort: 9,
  rtcpMux: true,
  sendFormat: codec,
  receiveFormats: [codec],
  direction: "sendrecv",
  ptime: 20,
  ice: { local: local.credentials, remote, controlling: Deno.args[1] === "controlling" },
}, local.address);
let state = "";
for (let sequence = 0;; sequence = (sequence + 1) & 0xffff) {
  transport.send("rtp", Uint8Array.of(0x80, 0, sequence >> 8, sequence, 0, 0, 0, 0, 1, 2, 3, 4, 5));
  const { report } = transport;
  if (report?.state === "connected" && report.state !== state) {
    say(`CONNECTED ${JSON.stringify(report)}`);
  }
  state = report?.state ?? state;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
