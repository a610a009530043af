/**
 * The media of one call: a transport, its stream, and the bridge between the stream and our end.
 *
 *     near: person, programs, recorder ◄──► Bridge ◄──► MediaStream ◄──► MediaTransport
 *
 *     opening ──► open ──StartMedia──► streaming (StartMedia again: renegotiated)
 *        │          │                      │
 *        └──────────┴── close, fail ───────┴──► closed
 *
 * Opening and closing wait for files and devices; `tick` and the datagrams are on the real-time path
 * and do not.
 */
import type { AudioDevices } from "../../audio/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { AccountId, MediaDigitWay } from "../../core/account/mod.ts";
import {
  type NegotiatedStream,
  type PayloadFormat,
  type SdesKeys,
  SUITE_PARAMETERS,
  type Tone,
} from "../../core/media/mod.ts";
import type {
  AttachmentId,
  AudioEndpoints,
  CallId,
  CallLevels,
  EndpointName,
  MediaInput,
  MediaReport,
  RegatherWhen,
} from "../../core/ports/mod.ts";
import { Attachment, Bridge, LocalParty, Recording } from "../sound/mod.ts";
import { loadCodecs } from "../codec/mod.ts";
import { type AttachmentPort, type FromAttachment, refuseAttachment } from "../attachment/mod.ts";
import { MediaStream } from "../stream/mod.ts";
import type { PacketKind } from "../transport/mod.ts";
import { CallTransport, type TransportSurroundings } from "./call_transport.ts";

/** What the streams of one engine share. */
export interface MediaSurroundings extends TransportSurroundings {
  /** Sound cards; absent: device endpoints fail with `device-failed`. */
  devices?: AudioDevices;
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
  readonly #bridge = new Bridge();
  readonly #stream: MediaStream;
  /** The person's microphone and speaker. */
  readonly local: LocalParty;
  readonly recording: Recording;
  /** Programs that have joined. */
  readonly #programs = new Map<AttachmentId, Attachment>();
  #muted = false;
  #state: "opening" | "open" | "streaming" | "closed" = "opening";
  #closing: Promise<void> | undefined;
  /** Everything is closed and MediaClosed or MediaFailed is told next. */
  #gone = false;
  readonly #transport: CallTransport;
  #regathering: Promise<void> = Promise.resolve();
  #ticksToReport = REPORT_TICKS;
  /** A silence is over: told with the next tick. */
  #returned = false;
  #ticksToKeepalive = 0;

  /** @param lost the call's media cannot go on; whoever is told calls {@link fail} */
  constructor(
    call: CallId,
    around: MediaSurroundings,
    lost: (error: OffhookError) => void = () => {},
  ) {
    this.call = call;
    this.#around = around;
    const receiver = {
      deliver: (kind: PacketKind, data: Uint8Array) => this.#onDatagram(kind, data),
    };
    this.#transport = new CallTransport(around, receiver, {
      iceFailed: (error) => this.#tell({ type: "IceFailed", call, error: error.toJSON() }),
      iceLost: () => this.#tell({ type: "IceLost", call }),
      secured: (suite, fingerprint) =>
        this.#tell({ type: "MediaSecured", call, suite, fingerprint }),
      lost,
    });
    this.#stream = new MediaStream(around, {
      transmit: (kind, data) => this.#transport.top?.send(kind, data),
      heard: () => this.#tell({ type: "MediaHeard", call }),
      returned: () => this.#returned = true,
      digit: (digit, durationMs, by) =>
        this.#tell({ type: "DigitReceived", call, digit, durationMs, by }),
      digitsSent: (digits, by) => this.#tell({ type: "DigitsSent", call, digits, by }),
    });
    const failed = (endpoint: EndpointName, error: OffhookError) =>
      this.#tellFailure(endpoint, error);
    this.local = new LocalParty(around.devices, {
      failed,
      restored: (endpoint) => this.#tell({ type: "EndpointRestored", call, endpoint }),
      speechFailed: (part, error) =>
        this.#tell({ type: "SpeechFailed", call, part, error: error.toJSON() }),
      microphoneEnded: () => this.#tell({ type: "MicrophoneEnded", call }),
    }, around.clock);
    this.recording = new Recording({
      settled: () => this.#tell({ type: "RecordingSettled", call }),
      failed: (error) => failed("record", error),
    });
    this.#bridge.join(this.local, "near");
    this.#bridge.join(this.recording, "near");
    this.#bridge.join(this.#stream, "far");
  }

  get streaming(): boolean {
    return this.#state === "streaming";
  }

  /** Whether it needs the clock. */
  get sounds(): boolean {
    if (this.#isClosed) return this.local.playsLast;
    const listens = this.local.tones.isOn || this.local.isFile;
    return this.streaming || (this.#state === "open" && listens);
  }

  get #isClosed(): boolean {
    return this.#state === "closed";
  }

  /** Begins to gather for ICE, before it is opened. */
  gather(account: AccountId): void {
    this.#transport.gather(account);
  }

  /**
   * Opens the transport and opens the endpoints → MediaOpened.
   * @param wanted.formats their codecs are loaded while the call rings
   * @param wanted.dtls with a certificate for keys by DTLS
   * @param wanted.ice the account whose ICE servers are asked; absent: the call does without ICE
   * @throws OffhookError what a socket or an endpoint says; call `fail` then
   */
  async open(
    { microphone, speaker, record }: AudioEndpoints,
    wanted: { formats?: PayloadFormat[]; dtls?: boolean; ice?: AccountId } = {},
  ): Promise<void> {
    const [failures, certificate] = await Promise.all([
      this.#transport.open(wanted.ice),
      wanted.dtls ? this.#transport.loadCertificate() : {},
      this.local.open(microphone, speaker),
    ]);
    if (record !== undefined && !this.#isClosed) await this.recording.open(record);
    if (this.#isClosed) return await this.recording.close();
    this.#state = "open";
    // It holds everything that is heard, from the INVITE on.
    if (this.local.isFile) this.local.listen();
    const { top, ice } = this.#transport;
    const { rtpPort: port, rtcpPort } = top!;
    this.#tell({
      type: "MediaOpened",
      call: this.call,
      port,
      rtcpPort,
      keys: randomKeys(),
      ...certificate,
      ...(ice && { ice: ice.local }),
      ...(failures.length > 0 && { failures }),
    });
    // While it rings. A failure comes again when the stream is started.
    loadCodecs(encodingsOf(wanted.formats ?? [])).catch(() => {});
  }

  /**
   * Gathers for ICE anew, where it must → MediaRegathered. Never rejects: without anything new the call
   * goes on by what it has.
   */
  regather(when: RegatherWhen): void {
    this.#regathering = this.#regathering.then(async () => {
      const news = await this.#transport.regather(when).catch((thrown) => ({
        failures: [OffhookError.from(thrown).toJSON()],
      }));
      this.#tell({ type: "MediaRegathered", call: this.call, ...news });
    });
  }

  /** Loads what a stream's codecs and keys need, before it is started. */
  async prepare(stream: NegotiatedStream): Promise<void> {
    const formats = [stream.sendFormat, ...stream.receiveFormats];
    await Promise.all([this.#transport.prepare(stream), loadCodecs(encodingsOf(formats))]);
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
    this.#stream.use(stream, answered);
    this.#transport.top!.use(stream, remoteAddress);
    this.#state = "streaming";
    this.local.start(answered);
    this.#tell({ type: "MediaStarted", call: this.call });
  }

  /** The peer is known to be where it says. */
  confirm(): void {
    this.#transport.top?.confirm();
  }

  /** @param tone what the person hears beside the far end, or before there is one; null: nothing */
  playTone(tone: Tone | null): void {
    this.local.tones.play(tone);
    if (tone !== null && this.#state === "open") this.local.listen();
  }

  /** Nothing of our end is heard; programs that have joined are ours too. */
  mute(muted: boolean): void {
    this.#muted = muted;
    this.#letSpeak();
  }

  /** @param port owned from now on */
  attach(
    id: AttachmentId,
    port: AttachmentPort<FromAttachment>,
    { rate, instead }: { rate: number; instead: boolean },
  ): void {
    this.detach(id);
    try {
      const program = new Attachment(port, rate, instead);
      this.#programs.set(id, program);
      this.#bridge.join(program, "near");
      this.#letSpeak();
    } catch {
      // A rate that cannot be converted: refused at the API; here it is no worse than an early end.
      refuseAttachment(port);
    }
  }

  detach(id: AttachmentId): void {
    const program = this.#programs.get(id);
    if (program === undefined) return;
    this.#programs.delete(id);
    this.#bridge.leave(program);
    program.close();
    this.#letSpeak();
  }

  /** @throws OffhookError `usage` for a character that is no digit */
  sendDigits(digits: string, durationMs: number, by: MediaDigitWay): void {
    this.#stream.sendDigits(digits, durationMs, by);
  }

  /**
   * One tick of the clock.
   *
   * @param due its nominal time, ms
   * @param skipped ticks before it that never came
   */
  tick(due: number, skipped: number): void {
    this.local.skip(skipped);
    if (this.#state !== "streaming") {
      if (this.sounds) this.local.hearTone();
      return;
    }
    if (skipped > 0) this.#stream.skip(skipped);
    this.#stream.permit(this.#transport.top!.permits(due));
    this.#bridge.tick(due);
    this.recording.keep(this.#stream.sent);
    this.#stream.tick(due);
    this.#keepAlive();
    const reports = --this.#ticksToReport === 0;
    if (reports) this.#ticksToReport = REPORT_TICKS;
    if (!reports && !this.#returned) return;
    this.#returned = false;
    this.#tell({ type: "MediaReported", call: this.call, report: this.report() });
  }

  levels(): CallLevels {
    const { sentLevel: sent, receivedLevel: received } = this.#stream;
    return { call: this.call, sent, received };
  }

  report(): MediaReport {
    const { top, ice } = this.#transport;
    const facts = top?.facts(this.#around.clock.now());
    const { report: found } = ice ?? {};
    const { microphoneSilentMs, filterTimes: filters } = this.local;
    return {
      ...this.#stream.report(),
      ...facts,
      ...(found && { ice: found }),
      ...(microphoneSilentMs === undefined ? {} : { microphoneSilentMs }),
      ...(filters.length === 0 ? {} : { filters }),
    };
  }

  /**
   * Ends the streams, closes everything → MediaClosed. Never rejects; also while it opens.
   * @param tone heard for a while after MediaClosed, in a file before it: closing again ends it
   * @returns when that is over, too
   */
  close(tone?: Tone): Promise<void> {
    this.local.hush();
    const word = (report: MediaReport) =>
      ({ type: "MediaClosed", call: this.call, report }) as const;
    return this.#closing ??= this.#end(word, tone);
  }

  /** Once a tone is over that is heard of the end; it is not ended. */
  get closed(): Promise<void> {
    return this.#closing ?? Promise.resolve();
  }

  /** As `close`, for a reason → MediaFailed. */
  fail(error: OffhookError): Promise<void> {
    return this.#end(() => ({ type: "MediaFailed", call: this.call, error: error.toJSON() }));
  }

  async #end(word: (report: MediaReport) => MediaInput, tone?: Tone): Promise<void> {
    if (this.#state === "streaming") this.#stream.bye("end of call");
    const isOpen = this.#state !== "opening";
    this.#state = "closed";
    const report = this.report();
    this.#transport.close();
    for (const id of [...this.#programs.keys()]) this.detach(id);
    const tail = isOpen && tone !== undefined ? this.local.playLast(tone) : undefined;
    await Promise.all([this.recording.close(), ...(this.sounds ? [] : [this.local.close()])]);
    this.#gone = true;
    this.#stream.free();
    this.#around.notify(word(report));
    await tail;
    await this.local.close();
  }

  #onDatagram(kind: PacketKind, data: Uint8Array): boolean {
    const taken = this.#state === "streaming" && this.#stream.receive(kind, data);
    if (taken && kind === "rtp") this.local.tones.farSounds();
    return taken;
  }

  /** RTCP does it where both share a port. */
  #keepAlive(): void {
    if (this.#stream.sends || this.#transport.top!.muxed) this.#ticksToKeepalive = 0;
    else if (this.#ticksToKeepalive-- === 0) {
      this.#ticksToKeepalive = KEEPALIVE_TICKS - 1;
      this.#transport.top!.send("keepalive", NOTHING);
    }
  }

  /** The person is heard unless muted or replaced by a program, programs unless muted. */
  #letSpeak(): void {
    const programs = [...this.#programs.values()];
    const replaced = programs.some(({ instead }) => instead);
    this.#bridge.mute(this.local, this.#muted || replaced);
    for (const program of programs) this.#bridge.mute(program, this.#muted);
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
}

/** A master key with its salt for each suite. */
function randomKeys(): SdesKeys {
  const keys = Object.entries(SUITE_PARAMETERS).map(([suite, { keyLength, saltLength }]) => {
    return [suite, crypto.getRandomValues(new Uint8Array(keyLength + saltLength)).toBase64()];
  });
  return Object.fromEntries(keys) as SdesKeys;
}

function encodingsOf(formats: readonly PayloadFormat[]): string[] {
  return formats.map(({ encoding }) => encoding.toUpperCase());
}
