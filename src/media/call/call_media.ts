/**
 * The media of one call: its transport, its sound and the stream between them.
 *
 *     opening ──► open ──StartMedia──► streaming (StartMedia again: renegotiated)
 *        │          │                      │
 *        └──────────┴── close, fail ───────┴──► closed
 *
 * Opening and closing wait for files and devices; `tick` and the datagrams are on the real-time path
 * and do not.
 */
import type { AudioDevices } from "../../audio/mod.ts";
import type { OffhookError } from "../../base/mod.ts";
import type { NegotiatedStream } from "../../core/media/mod.ts";
import type {
  AudioEndpoints,
  CallId,
  CallLevels,
  EndpointName,
  MediaInput,
  MediaReport,
} from "../../core/ports/mod.ts";
import { CallSound } from "../sound/mod.ts";
import type { MediaClock } from "../mod.ts";
import { MediaStream, type StreamSurroundings } from "../stream/mod.ts";
import {
  type MediaTransport,
  type PacketKind,
  PlainTransport,
  type Receiver,
  type Sockets,
} from "../transport/mod.ts";

/** What the streams of one engine share. */
export interface MediaSurroundings extends StreamSurroundings {
  clock: MediaClock;
  sockets: Sockets;
  /** Sound cards; absent: device endpoints fail with `device-failed`. */
  devices?: () => Promise<AudioDevices>;
  notify(input: MediaInput): void;
}

/** Ticks between two reports. */
const REPORT_TICKS = 50;
/**
 * Ticks between two datagrams without content that keep the way through a NAT open while we may send
 * no sound (RFC 6263: at most every 15 s; receivers ignore what is no RTP).
 */
const KEEPALIVE_TICKS = 750;
const NOTHING = new Uint8Array();

export class CallMedia {
  readonly call: CallId;
  readonly #around: MediaSurroundings;
  readonly #stream: MediaStream;
  /** Endpoints, recording, and programs that have joined. */
  readonly sound: CallSound;
  #state: "opening" | "open" | "streaming" | "closed" = "opening";
  /** Everything is closed and MediaClosed or MediaFailed is told next. */
  #gone = false;
  #transport: MediaTransport | undefined;
  #ticksToReport = REPORT_TICKS;
  #ticksToKeepalive = 0;
  /** Of the tick that runs. */
  #due = 0;
  readonly #receiver: Receiver = { deliver: (kind, data) => this.#onDatagram(kind, data) };
  readonly #pull = (into: Int16Array) => this.#stream.pull(this.#due, into);

  constructor(call: CallId, around: MediaSurroundings) {
    this.call = call;
    this.#around = around;
    this.#stream = new MediaStream(around, {
      transmit: (kind, data) => this.#transport?.send(kind, data),
      heard: () => this.#tell({ type: "MediaHeard", call }),
      digit: (digit, durationMs) => this.#tell({ type: "DigitReceived", call, digit, durationMs }),
      digitsSent: (digits) => this.#tell({ type: "DigitsSent", call, digits }),
    });
    this.sound = this.#soundOf(call);
  }

  get streaming(): boolean {
    return this.#state === "streaming";
  }

  /**
   * Opens the transport and opens the endpoints → MediaOpened.
   * @throws OffhookError what a socket or an endpoint says; call `fail` then
   */
  async open(endpoints: AudioEndpoints): Promise<void> {
    this.#transport = new PlainTransport(this.#around);
    this.#transport.receiver = this.#receiver;
    await this.sound.open(endpoints);
    if (this.#state === "closed") return;
    this.#state = "open";
    const { rtpPort: port, rtcpPort } = this.#transport;
    this.#tell({ type: "MediaOpened", call: this.call, port, rtcpPort });
  }

  /** Loads what a stream with keys needs, before it is started. */
  async prepare({ keying }: NegotiatedStream): Promise<void> {
    if (keying === undefined) return;
    const suites = keying.kind === "sdes" ? [keying.suite] : keying.suites;
    const [{ SrtpTransport }, { loadCiphers }] = await Promise.all([
      import("../transport/srtp/srtp_transport.ts"),
      import("../transport/srtp/ciphers.ts"),
    ]);
    const ciphers = await loadCiphers(suites);
    const below = this.#transport;
    if (this.#state === "closed" || below === undefined) return;
    if (below instanceof SrtpTransport) return below.provide(ciphers);
    const { clock } = this.#around;
    this.#transport = new SrtpTransport(below, { clock, ciphers });
    this.#transport.receiver = this.#receiver;
  }

  /**
   * Starts the stream or changes it.
   * @param remoteAddress IP address of the peer, resolved and canonical
   * @throws OffhookError `media-failed` for a codec that cannot be run
   */
  start(
    stream: NegotiatedStream,
    remoteAddress: string,
    { answered, confirmed }: { answered: boolean; confirmed: boolean },
  ): void {
    if (this.#state !== "open" && this.#state !== "streaming") return;
    if (confirmed) this.confirm();
    this.#stream.use(stream);
    this.#transport!.use(stream, remoteAddress);
    this.#state = "streaming";
    this.sound.start(answered);
    this.#tell({ type: "MediaStarted", call: this.call });
  }

  /** The peer is known to be where it says. */
  confirm(): void {
    this.#transport?.confirm();
  }

  mute(muted: boolean): void {
    this.#stream.mute(muted);
  }

  /** @throws OffhookError `usage` for a character that is no digit */
  sendDigits(digits: string, durationMs: number): void {
    this.#stream.sendDigits(digits, durationMs);
  }

  /**
   * One tick of the clock.
   *
   * @param due its nominal time, ms
   * @param skipped ticks before it that never came
   */
  tick(due: number, skipped: number): void {
    if (this.#state !== "streaming") return;
    this.#due = due;
    this.sound.play(this.#pull);
    if (skipped > 0) this.#stream.skip(skipped);
    this.#stream.send(this.sound.microphone(), this.#transport!.permits(due));
    this.sound.keep(this.#stream.sent);
    this.#stream.tick(due);
    this.#keepAlive();
    if (--this.#ticksToReport === 0) {
      this.#ticksToReport = REPORT_TICKS;
      this.#tell({ type: "MediaReported", call: this.call, report: this.report() });
    }
  }

  levels(): CallLevels {
    const { sentLevel: sent, receivedLevel: received } = this.#stream;
    return { call: this.call, sent, received };
  }

  report(): MediaReport {
    return this.#stream.report();
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
    if (this.#state === "streaming") this.#stream.bye("end of call");
    this.#state = "closed";
    const report = this.report();
    await this.#release();
    this.#gone = true;
    this.#stream.free();
    return report;
  }

  #onDatagram(kind: PacketKind, data: Uint8Array): boolean {
    return this.#state === "streaming" && this.#stream.receive(kind, data);
  }

  /** RTCP does it where both share a port. */
  #keepAlive(): void {
    if (this.#stream.sends || this.#transport!.muxed) this.#ticksToKeepalive = 0;
    else if (this.#ticksToKeepalive-- === 0) {
      this.#ticksToKeepalive = KEEPALIVE_TICKS - 1;
      this.#transport!.send("keepalive", NOTHING);
    }
  }

  #soundOf(call: CallId): CallSound {
    return new CallSound(this.#around.devices, {
      failed: (endpoint, error) => this.#tellFailure(endpoint, error),
      restored: (endpoint) => this.#tell({ type: "EndpointRestored", call, endpoint }),
      microphoneEnded: () => this.#tell({ type: "MicrophoneEnded", call }),
      recordingSettled: () => this.#tell({ type: "RecordingSettled", call }),
    });
  }

  /** Also while the call closes: the last second of a file is written then. */
  #tellFailure(endpoint: EndpointName, error: OffhookError): void {
    if (this.#gone) return;
    const { call } = this;
    this.#around.notify({ type: "EndpointFailed", call, endpoint, error: error.toJSON() });
  }

  /** Tells the core, unless the call is closed: MediaClosed or MediaFailed is the last word. */
  #tell(input: MediaInput): void {
    if (this.#state !== "closed") this.#around.notify(input);
  }

  async #release(): Promise<void> {
    this.#transport?.close();
    await this.sound.close();
  }
}
