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
import type {
  Fingerprint,
  GatheredIce,
  NegotiatedStream,
  SrtpSuite,
} from "../../core/media/mod.ts";
import type { RegatherWhen } from "../../core/ports/mod.ts";
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
    surroundings(
      settings: IceSettings,
    ): Promise<Pick<IceSurroundings, "addresses" | "resolve" | "link">>;
  };
}

export interface TransportEvents {
  /** ICE has found no way. */
  iceFailed(error: OffhookError): void;
  /** ICE has lost the way that it had. */
  iceLost(): void;
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
  /** What gathers at present. */
  #gatherer: IceGatherer | undefined;
  /** What is gathered before the transport opens. */
  #early: Promise<IceGatherer | undefined> | undefined;
  #account: AccountId | undefined;
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

  /** Gathers for an {@link open} that comes later; called again, only if the network is another one. */
  gather(account: AccountId): void {
    const before = this.#early;
    this.#early = (async () => {
      const early = await before?.catch(() => undefined);
      if (early === undefined) return this.#gather(account);
      const anew = await this.#gather(account, (addresses) => {
        const isOther = !sameSet(early.addresses, addresses);
        if (isOther) early.close();
        return isOther;
      });
      return anew ?? early;
    })();
    // Tried again at the answer.
    this.#early.catch(() => {});
  }

  /**
   * @param account whose ICE servers are asked; absent: the call does without ICE
   * @returns servers that were of no use
   */
  async open(account: AccountId | undefined): Promise<ErrorJson[]> {
    if (this.#around.ice === undefined || account === undefined) {
      this.#gatherer?.close();
      this.#stand(new PlainTransport(this.#around));
      return [];
    }
    this.#account = account;
    const early = this.#early?.catch(() => this.#gather(account));
    const [{ IceTransport }, gatherer] = await Promise.all([
      loadIce(),
      early ?? this.#gather(account),
    ]);
    if (gatherer === undefined || this.#closed) return [];
    this.ice = new IceTransport(this.#around, gatherer, {
      failed: (error) => this.#events.iceFailed(error),
      lost: () => this.#events.iceLost(),
    });
    this.#stand(this.ice);
    return gatherer.failures.map((error) => error.toJSON());
  }

  /**
   * Gathers anew, where it must; one after the other.
   * @returns nothing where everything stays as it is
   * @throws OffhookError as {@link open}
   */
  async regather(
    when: RegatherWhen,
  ): Promise<{ gathered?: GatheredIce; failures?: ErrorJson[] }> {
    const account = this.#account;
    const { ice } = this;
    if (account === undefined || ice === undefined) return {};
    const isNeeded = async (addresses: readonly string[]) => {
      const isOther = !sameSet(ice.addresses, addresses);
      if (when !== "gone") return isOther || when === "always";
      // An interface without a cable may have its address still.
      return !ice.worksAt(addresses) || (isOther && !await ice.answers());
    };
    // Sound waits for it; who has no way at all waits for everybody.
    const unlikely = when === "always" ? undefined : ice.silentServers;
    const gatherer = await this.#gather(account, isNeeded, unlikely);
    if (gatherer === undefined) return {};
    const failures = gatherer.failures.map((error) => error.toJSON());
    return { gathered: ice.regathered(gatherer), ...(failures.length > 0 && { failures }) };
  }

  /** @returns undefined when it is not needed, or not any more */
  async #gather(
    account: AccountId,
    isNeeded?: (addresses: readonly string[]) => boolean | Promise<boolean>,
    unlikely?: ReadonlySet<string>,
  ): Promise<IceGatherer | undefined> {
    const ice = this.#around.ice!;
    const [{ candidateAddresses, IceGatherer }, settings] = await Promise.all([
      loadIce(),
      ice.settings(account),
    ]);
    const ways = await ice.surroundings(settings);
    const addresses = candidateAddresses(ways.addresses());
    if (this.#closed || await isNeeded?.(addresses) === false || this.#closed) return;
    const gatherer = new IceGatherer({ ...this.#around, ...ways }, settings);
    this.#gatherer = gatherer;
    try {
      await gatherer.gather(unlikely);
    } catch (error) {
      gatherer.close();
      throw error;
    }
    return this.#closed ? undefined : gatherer;
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

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((each) => others.includes(each));
}

function loadIce(): Promise<typeof import("../transport/ice/mod.ts")> {
  return lazily(import.meta.url, "../transport/ice/mod.ts");
}

function loadDtls(): Promise<typeof import("../transport/dtls/mod.ts")> {
  return lazily(import.meta.url, "../transport/dtls/mod.ts");
}
