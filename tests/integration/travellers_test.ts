/**
 * The three ways through the phone that must stay short, from their first function to their last: which
 * modules a microphone frame, an RTP packet and a headset's report pass, read off the call stack where
 * each part of the way ends. A part begins with a socket, a card or the clock, and ends at the next
 * socket, card or buffer. A module more in between fails here and is to be argued for in
 * docs/architecture.md.
 */
import { deviceEndpoints } from "../../src/audio/device/device.ts";
import { loadResampler } from "../../src/audio/resampler.ts";
import { ReplaceableStream } from "../../src/device_host/native/audio/replaceable_stream.ts";
import { PlayoutRing } from "../../src/device_host/wire/playout_ring.ts";
import type { HostChild } from "../../src/device_host/start/spawn.ts";
import { Turn } from "../../src/core/state/turn.ts";
import { Headset } from "../../src/hid/headset.ts";
import { KNOWN_QUIRKS } from "../../src/hid/quirks.ts";
import { G711Codec } from "../../src/media/codec/g711.ts";
import { Concealer } from "../../src/media/jitter/concealer.ts";
import { JitterBuffer } from "../../src/media/jitter/jitter_buffer.ts";
import { SharedDevices } from "../../src/media/sound/shared_devices.ts";
import { UdpSockets } from "../../src/media/transport/sockets.ts";
import { Outbound } from "../../src/sip/transport/outbound.ts";
import { PLAIN_HEADSETS } from "../../src/station/desk/headset_settings.ts";
import { openPhone } from "../../src/station/phone/open_phone.ts";
import type { OpenPhone, PhoneOptions } from "../../src/station/phone/phone_options.ts";
import { FakeBackend, FakeCard } from "../fakes/audio_backend.ts";
import { PATH, until } from "../fakes/hid/desk.ts";
import { HidHost } from "../fakes/hid/hid_host.ts";
import { EngineBench, EngineParty, TONE } from "../fakes/media/engine_call.ts";
import { layout } from "../fixtures/hid_layouts.ts";
import { type Leg, travelled, udpSocket, unixSocket } from "../support/ways.ts";

/** From the clock to a call's bridge. */
const TICK = [
  "media/clock.ts",
  "media/worker/engine.ts",
  "media/call/call_media.ts",
  "media/sound/bridge.ts",
];

/**
 * A call between two engines on UDP sockets, the first with the cards of a device host, at the pace of
 * the host's fake cards.
 */
async function call(legs: (host: HidHost) => Promise<Leg[]>): Promise<void> {
  await loadResampler();
  await using host = new HidHost(new FakeBackend());
  const bench = new EngineBench();
  const sockets = () => new UdpSockets({ address: "127.0.0.1", random: () => 1 });
  const cards = deviceEndpoints({
    socket: () => Promise.resolve(host.socket),
    abandon: () => {},
    log: () => Promise.resolve([]),
  });
  const us = new EngineParty(bench, "127.0.0.1", 1, { cards, sockets: sockets() });
  const peer = new EngineParty(bench, "127.0.0.1", 2, { sockets: sockets() });
  await us.open({ microphone: { kind: "device" }, speaker: { kind: "device" } });
  await peer.open(TONE);
  await us.start(peer);
  await peer.start(us);
  const turn = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await bench.run(20);
  };
  using _loss = everyTenthLost();
  try {
    await travelled(await legs(host), turn);
  } finally {
    await us.engine.close();
    await peer.engine.close();
  }
}

function everyTenthLost(): Disposable {
  const socket = udpSocket() as { send?: unknown };
  const original = socket.send as (...args: unknown[]) => Promise<number>;
  let count = 0;
  const own = Object.hasOwn(socket, "send");
  socket.send = function (...args: unknown[]) {
    return ++count % 10 === 0 ? Promise.resolve(0) : original.apply(this, args);
  };
  return {
    [Symbol.dispose]() {
      if (own) socket.send = original;
      else delete socket.send;
    },
  };
}

Deno.test("a microphone frame: card, device host, wire, party, stream, transport, socket", () =>
  call(async (host) => [
    {
      to: [await unixSocket(host.socket), "write"],
      way: ["device_host/native/audio/pump.ts", "device_host/wire/writer.ts"],
    },
    {
      to: [PlayoutRing.prototype, "push"],
      way: [
        "device_host/client/connection.ts",
        "device_host/wire/frame.ts",
        "audio/device/device_stream.ts",
        "audio/device/device.ts",
        "device_host/wire/lean_ring.ts",
      ],
    },
    {
      to: [PlayoutRing.prototype, "pull"],
      way: [
        ...TICK,
        "media/sound/local_party.ts",
        "media/sound/live_source.ts",
        "media/sound/shared_devices.ts",
        "audio/device/device.ts",
        "device_host/wire/lean_ring.ts",
      ],
    },
    {
      to: [udpSocket(), "send"],
      way: [
        ...TICK,
        "media/stream/media_stream.ts",
        "media/stream/outbound.ts",
        "media/rtp/sender.ts",
        "media/transport/plain_transport.ts",
        "media/transport/sockets.ts",
      ],
    },
  ]));

Deno.test("an RTP packet: socket, transport, jitter buffer, decoder or concealment, party, card", () =>
  call(async (host) => {
    const receiver = ["media/stream/media_stream.ts", "media/stream/inbound.ts"];
    const sink = new SharedDevices(() => Promise.reject()).sink();
    const player = [...TICK, ...receiver, "media/jitter/playout.ts"];
    return [
      {
        to: [JitterBuffer.prototype, "put"],
        way: [
          "media/transport/sockets.ts",
          "media/transport/plain_transport.ts",
          "media/call/call_media.ts",
          ...receiver,
        ],
      },
      { to: [G711Codec.prototype, "decode"], way: player },
      { to: [Concealer.prototype, "conceal"], way: player },
      {
        to: [Object.getPrototypeOf(sink), "write"],
        way: [...TICK, "media/sound/local_party.ts", "media/sound/live_sink.ts"],
      },
      {
        to: [await unixSocket(host.socket), "write"],
        way: [
          "media/clock.ts",
          "media/worker/engine.ts",
          "media/sound/shared_devices.ts",
          "audio/device/device.ts",
          "device_host/client/connection.ts",
          "device_host/wire/writer.ts",
        ],
      },
      {
        to: [PlayoutRing.prototype, "push"],
        way: [
          "device_host/server.ts",
          "device_host/wire/frame.ts",
          "device_host/native/audio/streams.ts",
          "device_host/native/audio/pump.ts",
          "device_host/wire/lean_ring.ts",
        ],
      },
      {
        to: [ReplaceableStream.prototype, "write"],
        way: ["device_host/native/audio/pump.ts"],
      },
      {
        to: [FakeCard.prototype, "write"],
        way: ["device_host/native/audio/replaceable_stream.ts"],
      },
    ];
  }));

const OPTIONS: PhoneOptions = {
  accounts: [],
  direct: {
    listen: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
    codecs: ["PCMU"],
    user: "x",
    tls: { minVersion: "1.2", verify: true },
  },
  register: false,
  endpoints: { microphone: { kind: "silence" }, speaker: { kind: "null" } },
  maxCalls: 1,
  ringMs: 60_000,
  doNotDisturb: false,
  active: "one",
  policy: { callers: "anyone" },
  log: () => {},
};

/** A phone whose device host is one of this process. */
function phoneOn({ socket }: HidHost): Promise<OpenPhone> {
  const gone = Promise.withResolvers<void>();
  const child: HostChild = {
    pid: Deno.pid,
    stdout: new ReadableStream(),
    stderr: new ReadableStream(),
    status: gone.promise,
    kill: () => gone.resolve(),
    ref: () => {},
    unref: () => {},
  };
  return openPhone({
    ...OPTIONS,
    startHost: () => Promise.resolve({ child, folder: `${socket}.none`, socket }),
    headsets: { ...PLAIN_HEADSETS, quirks: KNOWN_QUIRKS, busylights: false, buttons: [] },
  });
}

Deno.test("a headset's report: device host, wire, hook, step, SendBye, session, transport, socket", async () => {
  await using host = new HidHost();
  const report = [
    "device_host/client/connection.ts",
    "device_host/wire/frame.ts",
    "device_host/client/hid.ts",
    "station/desk/headset_link.ts",
  ];
  const intent = [
    "station/desk/headset_slot.ts",
    "station/desk/headsets.ts",
    "station/phone/assembly.ts",
    "station/phone/core_loop.ts",
  ];
  const kind = layout(1);
  const device = host.backend.plug(PATH, kind);
  const [phone, caller] = await Promise.all([phoneOn(host), openPhone(OPTIONS)]);
  try {
    const told = new Set<string>();
    await phone.subscribe(({ type }) => void told.add(type));
    await until(() => device.openers.size > 0);
    // The first report only tells where the hook is.
    device.send(kind.reports.hookOn!);
    await caller.request("dial", { target: `sip:x@127.0.0.1:${phone.listening[0]!.port}` });
    await until(() => told.has("call.incoming"));
    device.send(kind.reports.hookOff!);
    await until(() => told.has("call.heard"));
    let pressed = false;
    await travelled([
      {
        to: [await unixSocket(host.socket), "write"],
        way: ["device_host/native/hid/session.ts", "device_host/wire/writer.ts"],
      },
      { to: [Headset.prototype, "report"], way: report },
      {
        to: [Turn.prototype, "ask"],
        way: [
          ...report,
          ...intent,
          "core/step.ts",
          "core/slices/headset/intents.ts",
          "core/slices/call/hangup.ts",
          "core/slices/call/established.ts",
        ],
      },
      {
        to: [Outbound.prototype, "send"],
        way: [
          ...report,
          ...intent,
          "station/phone/user_agents.ts",
          "sip/user_agent.ts",
          "sip/dialog/session.ts",
          "sip/dialog/in_dialog.ts",
          "sip/library/dialog.ts",
          "sip/library/sip_stack.ts",
          "sip/network.ts",
          "sip/transport/layer.ts",
        ],
      },
      {
        // Where the request goes was looked up.
        to: [udpSocket(), "send"],
        way: [
          "sip/transport/outbound.ts",
          "sip/transport/flow/flow.ts",
          "sip/transport/flow/udp_socket.ts",
          "sip/transport/flow/datagrams.ts",
        ],
      },
    ], async () => {
      if (!pressed) device.send(kind.reports.hookOn!);
      pressed = true;
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
  } finally {
    await phone.close();
    await caller.close();
  }
});
