// deno-lint-ignore-file no-console
/**
 * From a button of a headset to the wire: a report in, 200 OK or BYE out, through the device host's
 * socket, the headset model, the core and SIP.js, with a fake HID library and a bare SIP caller.
 */
import { DIRECT_ACCOUNT } from "../src/core/account/account.ts";
import type { Account } from "../src/core/account/account.ts";
import { initialState } from "../src/core/step.ts";
import { UserAgent } from "../src/sip/user_agent.ts";
import { SYSTEM_CLOCK } from "../src/station/clock.ts";
import { CoreLoop } from "../src/station/phone/core_loop.ts";
import { Headsets } from "../src/station/desk/headsets.ts";
import { HidHost } from "../tests/fakes/hid/hid_host.ts";
import { layout } from "../tests/fixtures/hid_layouts.ts";
import { ACCOUNT, SETTINGS } from "../tests/unit/core/scene.ts";
import { spread } from "./whole_call/statistics.ts";

const KIND = layout(1);
const WARM_UP = 20, CALLS = 200;
const SDP = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 40000 RTP/AVP 0",
  "",
].join("\r\n");

/** A caller that knows four messages. */
class BareCaller {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #target: Deno.NetAddr;
  #heard: { text: string; wake: () => void } = { text: "", wake: () => {} };
  #calls = 0;

  constructor(port: number) {
    this.#target = { transport: "udp", hostname: "127.0.0.1", port };
    void this.#listen();
  }

  /** Waits for a message that begins so, and gives it. */
  async hears(start: string): Promise<string> {
    while (!this.#heard.text.startsWith(start)) {
      await new Promise<void>((resolve) => this.#heard.wake = resolve);
    }
    return this.#heard.text;
  }

  async invite(): Promise<void> {
    this.#calls++;
    await this.#send("INVITE", "", SDP);
  }

  async acknowledge(response: string): Promise<void> {
    await this.#send("ACK", /^To:.*?(;tag=[^\r;]*)/mi.exec(response)?.[1] ?? "", "");
  }

  async answer(request: string): Promise<void> {
    const copied = request.split("\r\n").filter((line) =>
      /^(via|from|to|call-id|cseq):/i.test(line)
    );
    await this.#post(["SIP/2.0 200 OK", ...copied, "Content-Length: 0", "", ""].join("\r\n"));
  }

  close(): void {
    this.#socket.close();
  }

  async #send(method: string, toTag: string, body: string): Promise<void> {
    const { port } = this.#socket.addr as Deno.NetAddr;
    const type = body === "" ? [] : ["Content-Type: application/sdp"];
    await this.#post([
      `${method} sip:bench@127.0.0.1:${this.#target.port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${method}${this.#calls};rport`,
      `From: <sip:caller@127.0.0.1>;tag=caller${this.#calls}`,
      `To: <sip:bench@127.0.0.1>${toTag}`,
      `Call-ID: bench${this.#calls}`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:caller@127.0.0.1:${port}>`,
      "Max-Forwards: 70",
      ...type,
      `Content-Length: ${body.length}`,
      "",
      body,
    ].join("\r\n"));
  }

  async #post(text: string): Promise<void> {
    await this.#socket.send(new TextEncoder().encode(text), this.#target);
  }

  async #listen(): Promise<void> {
    for await (const [bytes] of this.#socket) {
      this.#heard.text = new TextDecoder().decode(bytes);
      this.#heard.wake();
    }
  }
}

async function place() {
  const host = new HidHost();
  const device = host.backend.plug("/dev/hidraw0", KIND);
  const account: Account = { ...ACCOUNT, id: DIRECT_ACCOUNT, server: "", register: false };
  const core: CoreLoop = new CoreLoop(initialState(SETTINGS, [account]), {
    sip: (effect) => agent.perform(effect),
    media(effect) {
      if (effect.type === "OpenMedia") {
        core.submit({ type: "MediaOpened", call: effect.call, port: 41000, rtcpPort: 41001 });
      } else if (effect.type === "CloseMedia") {
        const report = { ...SILENCE };
        core.submit({ type: "MediaClosed", call: effect.call, report });
      }
    },
    headset: ({ state }) => headsets.show(state),
  });
  const agent = new UserAgent({
    account,
    password: () => Promise.resolve(""),
    notify: (input) => core.submit(input),
    transport: {},
    log: () => {},
  });
  const headsets = new Headsets({
    host: {
      socket: () => Promise.resolve(host.socket),
      abandon() {},
      log: () => Promise.resolve([]),
    },
    clock: SYSTEM_CLOCK,
    notify: (input) => core.submit(input),
    log: () => {},
  });
  const { port } = await agent.listen("udp", { host: "127.0.0.1", port: 0 });
  agent.start();
  headsets.start();
  while (device.openers.size === 0) await new Promise((done) => setTimeout(done, 5));
  await new Promise((done) => setTimeout(done, 300)); // the model takes its baseline
  return { host, device, core, agent, headsets, caller: new BareCaller(port) };
}

const SILENCE = {
  sent: 0,
  received: 0,
  lost: 0,
  jitterMs: 0,
  late: 0,
  duplicates: 0,
  undecodable: 0,
  concealedMs: 0,
  rtcpReceived: 0,
  rtpSilentMs: 0,
  rtcpSilentMs: 0,
  longestSilentMs: 0,
  sentLevel: -90,
  receivedLevel: -90,
  dtmfSent: "",
  dtmfReceived: "",
};

const desk = await place();

/** One call. @returns ms from lifting to 200 OK, and from putting down to BYE */
async function call(): Promise<{ lift: number; putDown: number }> {
  const { caller, device } = desk;
  await caller.invite();
  await caller.hears("SIP/2.0 180");
  const lifted = performance.now();
  device.send(KIND.reports.hookOff!);
  const ok = await caller.hears("SIP/2.0 200");
  const lift = performance.now() - lifted;
  await caller.acknowledge(ok);
  await new Promise((done) => setTimeout(done, 5));
  const put = performance.now();
  device.send(KIND.reports.hookOn!);
  const bye = await caller.hears("BYE");
  const putDown = performance.now() - put;
  await caller.answer(bye);
  while (desk.core.state.calls.size > 0) await new Promise((done) => setTimeout(done, 1));
  return { lift, putDown };
}

const times: { lift: number; putDown: number }[] = [];
for (let count = 0; count < WARM_UP + CALLS; count++) times.push(await call());
const [lift, putDown] = (["lift", "putDown"] as const).map((name) =>
  spread(times.slice(WARM_UP).map((each) => each[name]))
);
for (const [name, { median, p99, max }] of [["200 OK", lift!], ["BYE", putDown!]] as const) {
  const [m, p, x] = [median, p99, max].map((ms) => ms.toFixed(2));
  console.log(`headset press to ${name}: median ${m} ms, p99 ${p} ms, max ${x} ms, ${CALLS} calls`);
}
desk.caller.close();
await desk.headsets.stop();
await desk.agent.stop();
await desk.host[Symbol.asyncDispose]();
desk.core.close();
