/** Two engines on one thread, a virtual clock and a fake network: calls in virtual time. */
import type { AudioDevices } from "../../../src/audio/endpoint.ts";
import type { NegotiatedStream } from "../../../src/core/media/media_description.ts";
import type { AudioEndpoints, MediaInput } from "../../../src/core/ports/media_port.ts";
import type { MediaReport } from "../../../src/core/ports/media_report.ts";
import { MediaEngine } from "../../../src/media/worker/engine.ts";
import { type CreateCodec, createCodec } from "../../../src/media/codec/registry.ts";
import type { Sockets } from "../../../src/media/transport/sockets.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";
import { parseRtp, RtpPacket } from "../../../src/media/rtp/packet.ts";
import { VirtualClock } from "../virtual_clock.ts";
import { streamTo } from "../media_party.ts";
import { type Datagram, FakeNetwork } from "./fake_network.ts";
import { seeded } from "./impaired_link.ts";

type Input<T extends MediaInput["type"]> = Extract<MediaInput, { type: T }>;

export const QUIET: AudioEndpoints = {
  microphone: { kind: "silence" },
  speaker: { kind: "null" },
};

export const TONE: AudioEndpoints = {
  microphone: { kind: "tone", frequency: 1000, level: -6 },
  speaker: { kind: "null" },
};

export class EngineParty {
  /** Of all calls of the engine. */
  readonly inputs: MediaInput[];
  readonly call: string;
  readonly address: string;
  readonly engine: MediaEngine;
  readonly #net: FakeNetwork;
  readonly #settle: () => Promise<void>;

  /**
   * @param cards absent: it has none
   * @param sockets absent: those of the fake network
   * @param beside a party of whose engine this is another call
   */
  constructor(
    bench: EngineBench,
    address: string,
    seed: number,
    { cards, sockets = bench.net.host(address), call = "call", beside }: {
      cards?: AudioDevices;
      sockets?: Sockets;
      call?: string;
      beside?: EngineParty;
    } = {},
  ) {
    const random = seeded(seed);
    this.address = address;
    this.call = call;
    this.inputs = beside?.inputs ?? [];
    this.#net = bench.net;
    this.#settle = () => bench.clock.advanceAsync(0);
    this.engine = beside?.engine ?? new MediaEngine({
      clock: bench.clock,
      sockets,
      random: () => Math.floor(random() * 0x1_0000_0000),
      createCodec: bench.createCodec,
      notify: (input) => this.inputs.push(input),
      ...(cards && { devices: () => Promise.resolve(cards) }),
    });
  }

  async open(endpoints: AudioEndpoints, dtls?: true): Promise<void> {
    this.engine.perform({ type: "OpenMedia", call: this.call, endpoints, ...(dtls && { dtls }) });
    const answered = () => this.inputs.some(({ call }) => call === this.call);
    for (let i = 0; i < 10_000 && !answered(); i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  get port(): number {
    return this.of("MediaOpened")[0]!.port;
  }

  async start(
    peer: EngineParty,
    changes: Partial<NegotiatedStream> = {},
    answered = true,
    confirmed = true,
  ) {
    const encoding = changes.sendFormat?.encoding ?? "PCMU";
    const stream = {
      ...streamTo(peer.port, encoding),
      remoteAddress: peer.address,
      ...changes,
    };
    const started = this.of("MediaStarted").length;
    this.engine.perform({ type: "StartMedia", call: this.call, stream, answered, confirmed });
    await this.#settle();
    // With keys, the stage that encrypts is loaded first.
    for (let i = 0; i < 1000 && this.of("MediaStarted").length === started; i++) {
      if (this.of("MediaFailed").length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  confirm(): void {
    this.engine.perform({ type: "ConfirmMedia", call: this.call });
  }

  mute(muted: boolean): void {
    this.engine.perform({ type: "MuteMedia", call: this.call, muted });
  }

  dial(digits: string): void {
    this.engine.perform({
      type: "SendDigits",
      call: this.call,
      digits,
      durationMs: 100,
      by: "rfc4733",
    });
  }

  async close(): Promise<MediaReport> {
    this.engine.perform({ type: "CloseMedia", call: this.call });
    for (let i = 0; i < 200 && this.of("MediaClosed").length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return this.of("MediaClosed")[0]!.report;
  }

  of<T extends MediaInput["type"]>(type: T): Input<T>[] {
    return this.inputs.filter((input): input is Input<T> =>
      input.type === type && input.call === this.call
    );
  }

  /** The newest report. */
  get report(): MediaReport {
    return this.of("MediaReported").at(-1)!.report;
  }

  /** RTP packets that it sent, parsed. */
  sentRtp(since = 0): (RtpPacket & { to: Datagram["to"] })[] {
    return this.#net.sent.slice(since).flatMap((datagram) => {
      const packet = new RtpPacket();
      const ours = datagram.from.address === this.address && datagram.from.port % 2 === 0;
      return ours && parseRtp(datagram.data, packet)
        ? [Object.assign(packet, { to: datagram.to })]
        : [];
    });
  }
}

export class EngineBench {
  readonly createCodec: CreateCodec;
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly net = new FakeNetwork(this.clock);
  readonly a: EngineParty;
  readonly b: EngineParty;

  constructor(codecs: CreateCodec = createCodec) {
    this.createCodec = codecs;
    this.a = new EngineParty(this, "10.0.0.1", 1);
    this.b = new EngineParty(this, "10.0.0.2", 2);
  }

  /** Both ends open, not yet started. @param dtls with certificates */
  static async open(
    a: AudioEndpoints,
    b: AudioEndpoints,
    codecs?: CreateCodec,
    dtls?: true,
  ): Promise<EngineBench> {
    await loadResampler();
    const bench = new EngineBench(codecs);
    await bench.a.open(a, dtls);
    await bench.b.open(b, dtls);
    return bench;
  }

  /** Both ends started towards each other. */
  static async call(
    a: AudioEndpoints,
    b: AudioEndpoints,
    changes: Partial<NegotiatedStream> = {},
  ): Promise<EngineBench> {
    const bench = await EngineBench.open(a, b);
    await bench.a.start(bench.b, changes);
    await bench.b.start(bench.a, changes);
    return bench;
  }

  /** Lets time pass. */
  run(ms: number): Promise<void> {
    return this.clock.advanceAsync(ms);
  }

  async close(): Promise<void> {
    await this.a.engine.close();
    await this.b.engine.close();
  }
}
