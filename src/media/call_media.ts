/**
 * The media of one call: its sockets, endpoints and the two streams between them.
 *
 *     opening ──► open ──StartMedia──► streaming (StartMedia again: renegotiated)
 *        │          │                      │
 *        └──────────┴── close, fail ───────┴──► closed
 *
 * Opening and closing wait for files and devices; `tick` and the datagrams are on the real-time path
 * and do not.
 */
import type { EchoSource } from "../audio/echo.ts";
import {
  type AudioDevices,
  type AudioSink,
  type AudioSource,
  type EndpointEvents,
  FRAME_SAMPLES,
} from "../audio/endpoint.ts";
import { createSink, createSource } from "../audio/endpoints.ts";
import { WavRecorder } from "../audio/file.ts";
import { loadResampler } from "../audio/resampler.ts";
import type { OffhookError } from "../core/errors.ts";
import type { NegotiatedStream } from "../core/media_description.ts";
import type { AudioEndpoints, MediaInput, MediaReport } from "../core/media_port.ts";
import type { CallId } from "../core/sip_port.ts";
import type { MediaClock } from "./clock.ts";
import { ControlStream } from "./control.ts";
import { InboundStream } from "./inbound.ts";
import { OutboundStream } from "./outbound.ts";
import { RemoteAddress } from "./rtp/remote_address.ts";
import { looksLikeRtcp } from "./rtp/packet.ts";
import { type Random32, RtpSender } from "./rtp/sender.ts";
import { SinkPacer } from "./sink_pacer.ts";
import type { SocketPair, Sockets } from "./sockets.ts";

/** What the streams of one engine share. */
export interface MediaSurroundings {
  clock: MediaClock;
  sockets: Sockets;
  random: Random32;
  /** Sound cards; absent: device endpoints fail with `device-failed`. */
  devices?: () => Promise<AudioDevices>;
  notify(input: MediaInput): void;
}

/** Addresses that mean hold (RFC 2543): where the peer is, it still is. */
const NOWHERE = new Set(["0.0.0.0", "::"]);
/** Ticks between two reports. */
const REPORT_TICKS = 50;

export class CallMedia {
  readonly call: CallId;
  readonly #around: MediaSurroundings;
  readonly #outbound: OutboundStream;
  readonly #inbound: InboundStream;
  readonly #control: ControlStream;
  readonly #sender: RtpSender;
  readonly #pacer = new SinkPacer();
  readonly #microphoneFrame = new Int16Array(FRAME_SAMPLES);
  readonly #speakerFrame = new Int16Array(FRAME_SAMPLES);
  #state: "opening" | "open" | "streaming" | "closed" = "opening";
  #source: AudioSource | undefined;
  #sink: AudioSink | undefined;
  #echo: EchoSource | undefined;
  #recorder: WavRecorder | undefined;
  #sockets: SocketPair | undefined;
  #remote: RemoteAddress | undefined;
  /** Whether the microphone waits for the answer. */
  #waitsForAnswer = false;
  #microphoneStarted = false;
  #ticksToReport = REPORT_TICKS;

  constructor(call: CallId, around: MediaSurroundings) {
    this.call = call;
    this.#around = around;
    this.#sender = new RtpSender(around.random, (datagram) => this.#transmit(datagram));
    this.#outbound = new OutboundStream(
      this.#sender,
      (digits) => this.#tell({ type: "DigitsSent", call, digits }),
    );
    this.#inbound = new InboundStream(() => this.#sender.ssrc, {
      heard: () => this.#tell({ type: "MediaHeard", call }),
      digit: (digit, durationMs) => this.#tell({ type: "DigitReceived", call, digit, durationMs }),
      collided: () => {
        this.#control.bye("SSRC collision");
        this.#sender.changeSsrc();
      },
    });
    this.#control = new ControlStream(around, {
      sender: this.#sender,
      timestamp: () => this.#outbound.timestamp,
      source: () => this.#inbound.source,
    });
  }

  get streaming(): boolean {
    return this.#state === "streaming";
  }

  /**
   * Binds the sockets and opens the endpoints → MediaOpened.
   * @throws OffhookError what a socket or an endpoint says; call `fail` then
   */
  async open(endpoints: AudioEndpoints): Promise<void> {
    const { microphone, speaker, record } = endpoints;
    this.#waitsForAnswer = microphone.kind === "file" || microphone.kind === "pipe";
    this.#sockets = this.#around.sockets.open(
      (data, address, port) => this.#onRtp(data, address, port),
      (data, address, port) => this.#onRtcp(data, address, port),
    );
    const needsDevices = microphone.kind === "device" || speaker.kind === "device";
    const devices = needsDevices ? await this.#around.devices?.() : undefined;
    this.#source = createSource(microphone, devices);
    this.#sink = createSink(speaker, devices);
    if (microphone.kind === "echo") this.#echo = this.#source as EchoSource;
    if (record !== undefined) {
      this.#recorder = new WavRecorder(record, 2, this.#eventsOf("record").failed);
    }
    await this.#openAll();
    if (this.#state === "closed") return;
    this.#state = "open";
    const { rtpPort: port, rtcpPort } = this.#sockets;
    this.#tell({ type: "MediaOpened", call: this.call, port, rtcpPort });
  }

  /**
   * Starts the stream or changes it.
   * @param remoteAddress IP address of the peer, resolved and canonical
   * @throws OffhookError `media-failed` for a codec that cannot be run
   */
  start(stream: NegotiatedStream, remoteAddress: string, answered: boolean): void {
    if (this.#state !== "open" && this.#state !== "streaming") return;
    this.#outbound.use(stream);
    this.#inbound.use(stream);
    if (this.#remote === undefined) {
      this.#remote = new RemoteAddress(remoteAddress, stream.remotePort);
    } else if (stream.remotePort > 0 && !NOWHERE.has(remoteAddress)) {
      this.#remote.signalled(remoteAddress, stream.remotePort, this.#around.clock.now());
    }
    this.#control.use(stream, this.#remote, this.#sockets!);
    this.#state = "streaming";
    this.#sink?.start();
    if (answered || !this.#waitsForAnswer) {
      this.#microphoneStarted = true;
      this.#source?.start();
    }
    this.#tell({ type: "MediaStarted", call: this.call });
  }

  mute(muted: boolean): void {
    this.#outbound.muted = muted;
  }

  /** @throws OffhookError `usage` for a character that is no digit */
  sendDigits(digits: string, durationMs: number): void {
    this.#outbound.sendDigits(digits, durationMs);
  }

  /**
   * One tick of the clock.
   *
   * @param due its nominal time, ms
   * @param skipped ticks before it that never came
   */
  tick(due: number, skipped: number): void {
    if (this.#state !== "streaming") return;
    this.#play(due);
    if (skipped > 0) this.#outbound.skip(skipped);
    const microphone = this.#microphoneFrame;
    if (this.#microphoneStarted && this.#source) this.#source.read(microphone);
    else microphone.fill(0);
    this.#outbound.frame(microphone);
    this.#recorder?.write(this.#outbound.sound, this.#speakerFrame);
    this.#control.tick(due);
    if (--this.#ticksToReport === 0) {
      this.#ticksToReport = REPORT_TICKS;
      this.#tell({ type: "MediaReported", call: this.call, report: this.report() });
    }
  }

  report(): MediaReport {
    const { jitter, encoding } = this.#inbound.playout;
    const report: MediaReport = {
      sent: this.#sender.totalPackets,
      received: this.#inbound.received,
      lost: this.#inbound.lost,
      jitterMs: Math.round(this.#inbound.jitterMs * 100) / 100,
      late: jitter.late,
      duplicates: jitter.duplicates,
      sentLevel: this.#outbound.level.dbfs,
      receivedLevel: this.#inbound.level.dbfs,
      dtmfSent: this.#outbound.digitsSent,
      dtmfReceived: this.#inbound.digitsReceived,
    };
    const codec = encoding ?? this.#outbound.encoding;
    if (codec !== undefined) report.codec = codec;
    return { ...report, ...this.#control.remoteReport() };
  }

  /** Ends the streams, closes everything → MediaClosed. Never rejects; also while it opens. */
  async close(): Promise<void> {
    const report = await this.#end();
    this.#around.notify({ type: "MediaClosed", call: this.call, report });
  }

  /** As `close`, for a reason → MediaFailed. */
  async fail(error: OffhookError): Promise<void> {
    await this.#end();
    this.#around.notify({ type: "MediaFailed", call: this.call, error: error.toJSON() });
  }

  async #end(): Promise<MediaReport> {
    if (this.#state === "streaming") this.#control.bye("end of call");
    this.#state = "closed";
    const report = this.report();
    await this.#release();
    this.#outbound.free();
    this.#inbound.free();
    return report;
  }

  async #openAll(): Promise<void> {
    const results = await Promise.allSettled([
      loadResampler(),
      this.#source?.open(this.#eventsOf("microphone")),
      this.#sink?.open(this.#eventsOf("speaker")),
      this.#recorder?.open(),
    ]);
    // What came to be open after the call was closed is closed again.
    if (this.#state === "closed") await this.#release();
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  #play(due: number): void {
    const speaker = this.#speakerFrame;
    const frames = this.#pacer.frames(this.#sink?.surplusMs?.());
    if (frames === 0) speaker.fill(0);
    for (let i = 0; i < frames; i++) {
      this.#inbound.pull(due, speaker);
      this.#sink?.write(speaker);
    }
    this.#echo?.hear(speaker);
  }

  #onRtp(data: Uint8Array, address: string, port: number): void {
    if (this.#state !== "streaming" || !this.#remote) return;
    if (this.#control.muxed && looksLikeRtcp(data)) {
      this.#control.receive(data, address, port);
      return;
    }
    this.#inbound.receive(data, address, port, this.#remote, this.#around.clock.now());
  }

  #onRtcp(data: Uint8Array, address: string, port: number): void {
    if (this.#state === "streaming") this.#control.receive(data, address, port);
  }

  #transmit(datagram: Uint8Array): void {
    if (this.#remote) this.#sockets?.sendRtp(datagram, this.#remote.address, this.#remote.port);
  }

  #eventsOf(endpoint: "microphone" | "speaker" | "record"): EndpointEvents {
    const call = this.call;
    return {
      failed: (error) =>
        this.#tell({ type: "EndpointFailed", call, endpoint, error: error.toJSON() }),
      restored: () => {
        if (endpoint !== "record") this.#tell({ type: "EndpointRestored", call, endpoint });
      },
      ended: () => this.#tell({ type: "MicrophoneEnded", call }),
    };
  }

  /** Tells the core, unless the call is closed: MediaClosed or MediaFailed is the last word. */
  #tell(input: MediaInput): void {
    if (this.#state !== "closed") this.#around.notify(input);
  }

  async #release(): Promise<void> {
    this.#sockets?.close();
    await Promise.all([this.#source?.close(), this.#sink?.close(), this.#recorder?.close()]);
  }
}
