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
import { type ErrorJson, lazily, OffhookError } from "../../base/mod.ts";
import type { AccountId } from "../../core/account/mod.ts";
import {
  type Fingerprint,
  type NegotiatedStream,
  type SdesKeys,
  SUITE_PARAMETERS,
} from "../../core/media/mod.ts";
import type {
  AttachmentId,
  AudioEndpoints,
  CallId,
  CallLevels,
  EndpointName,
  MediaInput,
  MediaReport,
} from "../../core/ports/mod.ts";
import { Attachment, Bridge, LocalParty, Recording } from "../sound/mod.ts";
import { type AttachmentPort, type FromAttachment, refuseAttachment } from "../attachment/mod.ts";
import type { MediaClock } from "../mod.ts";
import type {
  IceGatherer,
  IceSettings,
  IceSurroundings,
  IceTransport,
} from "../transport/ice/mod.ts";
import { MediaStream, type StreamSurroundings } from "../stream/mod.ts";
import {
  type MediaTransport,
  type PacketKind,
  PlainTransport,
  type Receiver,
  type Sockets,
} from "../transport/mod.ts";
import type { DtlsTransport, Identity } from "../transport/dtls/mod.ts";
import type { SrtpTransport } from "../transport/srtp/mod.ts";

/** What the streams of one engine share. */
export interface MediaSurroundings extends StreamSurroundings {
  clock: MediaClock;
  sockets: Sockets;
  /** Sound cards; absent: device endpoints fail with `device-failed`. */
  devices?: AudioDevices;
  notify(input: MediaInput): void;
  /** Absent: calls do without ICE. */
  ice?: {
    settings(account: AccountId): Promise<IceSettings>;
    /** @param caFile for TURN over TLS */
    surroundings(
      caFile: string | undefined,
    ): Promise<Pick<IceSurroundings, "addresses" | "resolve" | "link">>;
  };
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
  /** Everything is closed and MediaClosed or MediaFailed is told next. */
  #gone = false;
  readonly #lost: (error: OffhookError) => void;
  /** The lowest and the topmost stage; between them those that a stream wants. */
  #plain: MediaTransport | undefined;
  #transport: MediaTransport | undefined;
  #srtp: SrtpTransport | undefined;
  #hasDtls = false;
  /** Whose fingerprint was announced, where keys may come by DTLS. */
  #identity: Identity | undefined;
  /** The lowest stage, where that is ICE. */
  #ice: IceTransport | undefined;
  #gatherer: IceGatherer | undefined;
  #ticksToReport = REPORT_TICKS;
  #ticksToKeepalive = 0;
  readonly #receiver: Receiver = { deliver: (kind, data) => this.#onDatagram(kind, data) };

  /** @param lost the call's media cannot go on; whoever is told calls {@link fail} */
  constructor(
    call: CallId,
    around: MediaSurroundings,
    lost: (error: OffhookError) => void = () => {},
  ) {
    this.call = call;
    this.#around = around;
    this.#lost = lost;
    this.#stream = new MediaStream(around, {
      transmit: (kind, data) => this.#transport?.send(kind, data),
      heard: () => this.#tell({ type: "MediaHeard", call }),
      digit: (digit, durationMs) => this.#tell({ type: "DigitReceived", call, digit, durationMs }),
      digitsSent: (digits) => this.#tell({ type: "DigitsSent", call, digits }),
    });
    const failed = (endpoint: EndpointName, error: OffhookError) =>
      this.#tellFailure(endpoint, error);
    this.local = new LocalParty(around.devices, {
      failed,
      restored: (endpoint) => this.#tell({ type: "EndpointRestored", call, endpoint }),
      microphoneEnded: () => this.#tell({ type: "MicrophoneEnded", call }),
    });
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

  get #isClosed(): boolean {
    return this.#state === "closed";
  }

  /**
   * Opens the transport and opens the endpoints → MediaOpened.
   * @param wanted.dtls with a certificate for keys by DTLS
   * @param wanted.ice the account whose ICE servers are asked; absent: the call does without ICE
   * @throws OffhookError what a socket or an endpoint says; call `fail` then
   */
  async open(
    { microphone, speaker, record }: AudioEndpoints,
    wanted: { dtls?: boolean; ice?: AccountId } = {},
  ): Promise<void> {
    const [failures, certificate] = await Promise.all([
      this.#openTransport(wanted.ice),
      wanted.dtls ? this.#loadCertificate() : {},
      this.local.open(microphone, speaker),
    ]);
    if (record !== undefined && !this.#isClosed) await this.recording.open(record);
    if (this.#isClosed) return await this.recording.close();
    this.#state = "open";
    const { rtpPort: port, rtcpPort } = this.#transport!;
    this.#tell({
      type: "MediaOpened",
      call: this.call,
      port,
      rtcpPort,
      keys: randomKeys(),
      ...certificate,
      ...(this.#ice && { ice: this.#ice.local }),
      ...(failures.length > 0 && { failures }),
    });
  }

  /** @returns servers that were of no use */
  async #openTransport(account: AccountId | undefined): Promise<ErrorJson[]> {
    const { ice } = this.#around;
    if (ice === undefined || account === undefined) {
      this.#transport = this.#plain = new PlainTransport(this.#around);
      this.#transport.receiver = this.#receiver;
      return [];
    }
    const [{ IceGatherer, IceTransport }, settings] = await Promise.all([
      lazily<typeof import("../transport/ice/mod.ts")>(import.meta.url, "../transport/ice/mod.ts"),
      ice.settings(account),
    ]);
    const ways = await ice.surroundings(settings.caFile);
    const gatherer = new IceGatherer({ ...this.#around, ...ways }, settings);
    this.#gatherer = gatherer;
    await gatherer.gather();
    if (this.#isClosed) return [];
    this.#ice = new IceTransport(this.#around, gatherer, (error) => {
      this.#tell({ type: "IceFailed", call: this.call, error: error.toJSON() });
    });
    this.#transport = this.#plain = this.#ice;
    this.#transport.receiver = this.#receiver;
    return gatherer.failures.map((error) => error.toJSON());
  }

  /** What signalling announces of us; the key stays here. */
  async #loadCertificate(): Promise<{ fingerprint: Fingerprint }> {
    const { currentIdentity, fingerprintOf } = await lazily<
      typeof import("../transport/dtls/mod.ts")
    >(import.meta.url, "../transport/dtls/mod.ts");
    this.#identity = currentIdentity(this.#around.clock.now());
    return { fingerprint: fingerprintOf(this.#identity.certificate) };
  }

  /** Loads what a stream with keys needs, before it is started. */
  async prepare({ keying }: NegotiatedStream): Promise<void> {
    if (keying === undefined) return;
    const suites = keying.kind === "sdes" ? [keying.suite] : keying.suites;
    const [{ SrtpTransport, loadCiphers }, dtls] = await Promise.all([
      lazily<typeof import("../transport/srtp/mod.ts")>(
        import.meta.url,
        "../transport/srtp/mod.ts",
      ),
      keying.kind === "dtls"
        ? lazily<typeof import("../transport/dtls/mod.ts")>(
          import.meta.url,
          "../transport/dtls/mod.ts",
        )
        : undefined,
    ]);
    const ciphers = await loadCiphers(suites);
    if (this.#state === "closed" || this.#plain === undefined) return;
    if (this.#srtp && (dtls === undefined || this.#hasDtls)) return this.#srtp.provide(ciphers);
    const below = dtls ? this.#dtlsOver(this.#plain, dtls.DtlsTransport) : this.#plain;
    // Where DTLS comes below SRTP that had other keys, those and their windows go.
    this.#srtp = new SrtpTransport(below, { clock: this.#around.clock, ciphers });
    this.#srtp.receiver = this.#receiver;
    this.#transport = this.#srtp;
  }

  /** @throws OffhookError `internal` when no certificate of ours was announced */
  #dtlsOver(plain: MediaTransport, Stage: typeof DtlsTransport): MediaTransport {
    if (this.#identity === undefined) throw new OffhookError("internal", "DTLS has no certificate");
    const around = { clock: this.#around.clock, identity: this.#identity };
    this.#hasDtls = true;
    return new Stage(plain, around, {
      connected: ({ suite, local, remote }, fingerprint) => {
        this.#srtp?.rekey({ suite, send: local, receive: [remote] });
        this.#tell({ type: "MediaSecured", call: this.call, suite, fingerprint });
      },
      failed: this.#lost,
    });
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
    this.local.start(answered);
    this.#tell({ type: "MediaStarted", call: this.call });
  }

  /** The peer is known to be where it says. */
  confirm(): void {
    this.#transport?.confirm();
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
    if (skipped > 0) this.#stream.skip(skipped);
    this.#stream.permit(this.#transport!.permits(due));
    this.#bridge.tick(due);
    this.recording.keep(this.#stream.sent);
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
    const ice = this.#ice?.report;
    return { ...this.#stream.report(), ...(ice && { ice }) };
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

  async #release(): Promise<void> {
    this.#gatherer?.close();
    this.#transport?.close();
    for (const id of [...this.#programs.keys()]) this.detach(id);
    await Promise.all([this.local.close(), this.recording.close()]);
  }
}

/** A master key with its salt for each suite. */
function randomKeys(): SdesKeys {
  const keys = Object.entries(SUITE_PARAMETERS).map(([suite, { keyLength, saltLength }]) => {
    return [suite, crypto.getRandomValues(new Uint8Array(keyLength + saltLength)).toBase64()];
  });
  return Object.fromEntries(keys) as SdesKeys;
}
