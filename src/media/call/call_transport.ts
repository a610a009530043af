/**
 * The transport of one call: its lowest stage, made when the call opens, and those above it that a
 * stream with keys wants.
 *
 *     sockets, or ICE over them ◄─ (DTLS) ◄─ (SRTP) ◄─ top
 *
 * A stage is loaded with the first call that needs it.
 */
import { type ErrorJson, lazily, OffhookError } from "../../base/mod.ts";
import type { AccountId } from "../../core/account/mod.ts";
import type { Fingerprint, NegotiatedStream, SrtpSuite } from "../../core/media/mod.ts";
import type { MediaClock } from "../mod.ts";
import type { DtlsTransport, Identity } from "../transport/dtls/mod.ts";
import type {
  IceGatherer,
  IceSettings,
  IceSurroundings,
  IceTransport,
} from "../transport/ice/mod.ts";
import {
  type MediaTransport,
  PlainTransport,
  type Receiver,
  type Sockets,
} from "../transport/mod.ts";
import type { SrtpTransport } from "../transport/srtp/mod.ts";
import type { StreamSurroundings } from "../stream/mod.ts";

export interface TransportSurroundings extends StreamSurroundings {
  clock: MediaClock;
  sockets: Sockets;
  /** Absent: calls do without ICE. */
  ice?: {
    settings(account: AccountId): Promise<IceSettings>;
    /** @param caFile for TURN over TLS */
    surroundings(
      caFile: string | undefined,
    ): Promise<Pick<IceSurroundings, "addresses" | "resolve" | "link">>;
  };
}

export interface TransportEvents {
  /** ICE has found no way. */
  iceFailed(error: OffhookError): void;
  /** The handshake brought keys. */
  secured(suite: SrtpSuite, fingerprint: Fingerprint): void;
  /** The call's media cannot go on. */
  lost(error: OffhookError): void;
}

export class CallTransport {
  readonly #around: TransportSurroundings;
  readonly #receiver: Receiver;
  readonly #events: TransportEvents;
  /** The lowest and the topmost stage; between them those that a stream wants. */
  #lowest: MediaTransport | undefined;
  #top: MediaTransport | undefined;
  #srtp: SrtpTransport | undefined;
  #hasDtls = false;
  /** Whose fingerprint was announced, where keys may come by DTLS. */
  #identity: Identity | undefined;
  #gatherer: IceGatherer | undefined;
  #closed = false;
  /** The lowest stage, where that is ICE. */
  ice: IceTransport | undefined;

  constructor(around: TransportSurroundings, receiver: Receiver, events: TransportEvents) {
    this.#around = around;
    this.#receiver = receiver;
    this.#events = events;
  }

  /** Where datagrams of the streams leave and enter; undefined before it is open. */
  get top(): MediaTransport | undefined {
    return this.#top;
  }

  /**
   * @param account whose ICE servers are asked; absent: the call does without ICE
   * @returns servers that were of no use
   */
  async open(account: AccountId | undefined): Promise<ErrorJson[]> {
    const { ice } = this.#around;
    if (ice === undefined || account === undefined) {
      this.#stand(new PlainTransport(this.#around));
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
    if (this.#closed) return [];
    this.ice = new IceTransport(this.#around, gatherer, (error) => this.#events.iceFailed(error));
    this.#stand(this.ice);
    return gatherer.failures.map((error) => error.toJSON());
  }

  #stand(lowest: MediaTransport): void {
    this.#top = this.#lowest = lowest;
    lowest.receiver = this.#receiver;
  }

  /** What signalling announces of us; the key stays here. */
  async loadCertificate(): Promise<{ fingerprint: Fingerprint }> {
    const { currentIdentity, fingerprintOf } = await loadDtls();
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
      keying.kind === "dtls" ? loadDtls() : undefined,
    ]);
    const ciphers = await loadCiphers(suites);
    if (this.#closed || this.#lowest === undefined) return;
    if (this.#srtp && (dtls === undefined || this.#hasDtls)) return this.#srtp.provide(ciphers);
    const below = dtls ? this.#dtlsOver(this.#lowest, dtls.DtlsTransport) : this.#lowest;
    // Where DTLS comes below SRTP that had other keys, those and their windows go.
    this.#srtp = new SrtpTransport(below, { clock: this.#around.clock, ciphers });
    this.#srtp.receiver = this.#receiver;
    this.#top = this.#srtp;
  }

  /** @throws OffhookError `internal` when no certificate of ours was announced */
  #dtlsOver(lowest: MediaTransport, Stage: typeof DtlsTransport): MediaTransport {
    if (this.#identity === undefined) throw new OffhookError("internal", "DTLS has no certificate");
    const around = { clock: this.#around.clock, identity: this.#identity };
    this.#hasDtls = true;
    return new Stage(lowest, around, {
      connected: ({ suite, local, remote }, fingerprint) => {
        this.#srtp?.rekey({ suite, send: local, receive: [remote] });
        this.#events.secured(suite, fingerprint);
      },
      failed: (error) => this.#events.lost(error),
    });
  }

  close(): void {
    this.#closed = true;
    this.#gatherer?.close();
    this.#top?.close();
  }
}

function loadDtls(): Promise<typeof import("../transport/dtls/mod.ts")> {
  return lazily(import.meta.url, "../transport/dtls/mod.ts");
}
