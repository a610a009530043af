/**
 * The media of one call: its transport, its sound and the two streams between them.
 *
 *     opening ──► open ──StartMedia──► streaming (StartMedia again: renegotiated)
 *        │          │                      │
 *        └──────────┴── close, fail ───────┴──► closed
 *
 * Opening and closing wait for files and devices; `tick` and the datagrams are on the real-time path
 * and do not.
 */
import { type AudioDevices, FRAME_MS } from "../../audio/endpoint.ts";
import type { OffhookError } from "../../base/errors.ts";
import type { NegotiatedStream } from "../../core/media/media_description.ts";
import type {
  AudioEndpoints,
  CallLevels,
  MediaInput,
  MediaReport,
} from "../../core/ports/media_port.ts";
import type { CallId } from "../../core/ports/sip_port.ts";
import { CallSound, type EndpointName } from "../sound/call_sound.ts";
import type { MediaClock } from "../clock.ts";
import { type CreateCodec, createCodec } from "../codec/registry.ts";
import { InboundStream } from "./inbound.ts";
import { OutboundStream } from "./outbound.ts";
import { canonicalName, RtcpSession } from "../rtp/rtcp_session.ts";
import { type Random32, RtpSender } from "../rtp/sender.ts";
import type { MediaTransport } from "../transport/media_transport.ts";
import { PlainTransport } from "../transport/plain_transport.ts";
import type { Sockets } from "../transport/sockets.ts";

/** What the streams of one engine share. */
export interface MediaSurroundings {
  clock: MediaClock;
  sockets: Sockets;
  random: Random32;
  /** Absent: the codecs of the registry. */
  createCodec?: CreateCodec;
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
  readonly #outbound: OutboundStream;
  readonly #inbound: InboundStream;
  readonly #control: RtcpSession;
  readonly #sender: RtpSender;
  /** Endpoints, recording, and programs that have joined. */
  readonly sound: CallSound;
  #state: "opening" | "open" | "streaming" | "closed" = "opening";
  /** Everything is closed and MediaClosed or MediaFailed is told next. */
  #gone = false;
  #transport: MediaTransport | undefined;
  /** RTP clock of what we send, Hz. */
  #clockRate = 8000;
  /** When the stream was started or changed last, ms. */
  #startedAt: number | undefined;
  #ticksToReport = REPORT_TICKS;
  #ticksToKeepalive = 0;
  /** Of the tick that runs. */
  #due = 0;
  readonly #pull = (into: Int16Array) => this.#inbound.pull(this.#due, into);

  constructor(call: CallId, around: MediaSurroundings) {
    this.call = call;
    this.#around = around;
    this.#sender = new RtpSender(around.random, (data) => this.#transport?.send("rtp", data));
    const codecs = around.createCodec ?? createCodec;
    this.#outbound = new OutboundStream(
      this.#sender,
      codecs,
      (digits) => this.#tell({ type: "DigitsSent", call, digits }),
    );
    this.#inbound = new InboundStream(() => this.#sender.ssrc, codecs, {
      heard: () => this.#tell({ type: "MediaHeard", call }),
      digit: (digit, durationMs) => this.#tell({ type: "DigitReceived", call, digit, durationMs }),
      collided: () => {
        this.#control.bye("SSRC collision");
        this.#sender.changeSsrc();
      },
    });
    this.#control = this.#controlOf(around);
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
    this.#transport = new PlainTransport(
      this.#around,
      (kind, data) => this.#onDatagram(kind, data),
    );
    await this.sound.open(endpoints);
    if (this.#state === "closed") return;
    this.#state = "open";
    const { rtpPort: port, rtcpPort } = this.#transport;
    this.#tell({ type: "MediaOpened", call: this.call, port, rtcpPort });
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
    this.#outbound.use(stream);
    this.#inbound.use(stream);
    this.#transport!.use(stream, remoteAddress);
    this.#clockRate = stream.sendFormat.clockRate;
    this.#state = "streaming";
    this.#startedAt = this.#around.clock.now();
    this.sound.start(answered);
    this.#tell({ type: "MediaStarted", call: this.call });
  }

  /** The peer is known to be where it says. */
  confirm(): void {
    this.#transport?.confirm();
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
    this.#due = due;
    this.sound.play(this.#pull);
    if (skipped > 0) this.#outbound.skip(skipped);
    this.#outbound.permitted = this.#transport!.permits(due);
    this.#outbound.frame(this.sound.microphone());
    this.sound.keep(this.#outbound.sound);
    this.#control.tick(due);
    this.#keepAlive();
    if (--this.#ticksToReport === 0) {
      this.#ticksToReport = REPORT_TICKS;
      this.#tell({ type: "MediaReported", call: this.call, report: this.report() });
    }
  }

  levels(): CallLevels {
    const [sent, received] = [this.#outbound.level.dbfs, this.#inbound.level.dbfs];
    return { call: this.call, sent, received };
  }

  report(): MediaReport {
    const { jitter, encoding, concealedFrames } = this.#inbound.playout;
    const now = this.#around.clock.now();
    const report: MediaReport = {
      sent: this.#sender.totalPackets,
      received: this.#inbound.received,
      lost: this.#inbound.lost,
      jitterMs: Math.round(this.#inbound.jitterMs * 100) / 100,
      late: jitter.late,
      duplicates: jitter.duplicates,
      concealedMs: concealedFrames * FRAME_MS,
      rtcpReceived: this.#control.received,
      rtpSilentMs: this.#silentMs(this.#inbound.lastHeard, now),
      rtcpSilentMs: this.#silentMs(this.#control.lastHeard, now),
      sentLevel: this.#outbound.level.dbfs,
      receivedLevel: this.#inbound.level.dbfs,
      dtmfSent: this.#outbound.digitsSent,
      dtmfReceived: this.#inbound.digitsReceived,
    };
    const codec = encoding ?? this.#outbound.encoding;
    if (codec !== undefined) report.codec = codec;
    return { ...report, ...this.#control.view(now, this.#clockRate) };
  }

  /** Nothing is expected before the stream starts; a held one is given its time again. */
  #silentMs(lastHeard: number | undefined, now: number): number {
    if (this.#startedAt === undefined) return 0;
    return Math.max(0, Math.round(now - Math.max(lastHeard ?? 0, this.#startedAt)));
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
    this.#gone = true;
    this.#outbound.free();
    this.#inbound.free();
    return report;
  }

  #onDatagram(kind: "rtp" | "rtcp", data: Uint8Array): boolean {
    if (this.#state !== "streaming") return false;
    if (kind === "rtcp") return this.#onRtcp(data);
    return this.#inbound.receive(data, this.#around.clock.now());
  }

  #onRtcp(data: Uint8Array): boolean {
    const taken = this.#control.receive(data);
    const { remote } = this.#control;
    if (taken && remote !== undefined) this.#outbound.tune(remote.lossShare);
    return taken;
  }

  /** RTCP does it where both share a port. */
  #keepAlive(): void {
    if (this.#outbound.sends || this.#transport!.muxed) this.#ticksToKeepalive = 0;
    else if (this.#ticksToKeepalive-- === 0) {
      this.#ticksToKeepalive = KEEPALIVE_TICKS - 1;
      this.#transport!.send("keepalive", NOTHING);
    }
  }

  #controlOf({ clock, random }: MediaSurroundings): RtcpSession {
    const subject = {
      sender: this.#sender,
      timestamp: () => this.#outbound.timestamp,
      source: () => this.#inbound.source,
    };
    const send = (data: Uint8Array) => this.#transport?.send("rtcp", data);
    return new RtcpSession(clock, random, canonicalName(random), subject, send);
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
