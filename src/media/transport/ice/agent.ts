/**
 * An ICE agent for one component (RFC 8445): finds the pair of addresses that a call's datagrams take,
 * proves it, and goes on proving that the peer wants them (RFC 7675).
 *
 *     waiting ─ start(remote) ─► checking ─ nominated pair ─► connected ─ no consent ─► failed
 *                                   └── nothing works in time ──► failed ─ a late pair ─► connected
 *
 * One agent is one generation of credentials; a restart is another agent over the same bases. It is a
 * machine on a clock, a source of randomness and bases that are passed in.
 *
 * Our own, where werift-ice was tried: that one verifies no request (a stranger switches its role,
 * fills its check list and has data delivered), asks a public server of Google's unless told
 * otherwise, and wants all of the environment and of the system's information.
 */
import type { Clock, TimerHandle } from "../../../base/time/mod.ts";
import type { IceCredentials, IceDescription } from "../../../core/media/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";
import {
  ATTRIBUTE,
  errorOf,
  mappedAddressOf,
  METHOD,
  parseStun,
  type SocketAddress,
  type StunMessage,
  uint32Of,
} from "../stun/mod.ts";
import type { Component, IceBase, LocalCandidate } from "./candidate.ts";
import { type CandidatePair, CheckList } from "./check_list.ts";
import { checkError, checkResponse, isAuthentic } from "./checks.ts";
import { Consent } from "./consent.ts";
import { EarlyData } from "./early_data.ts";
import { PairRequests } from "./pair_requests.ts";
import { RemoteCandidates } from "./remote_candidates.ts";
import { IceRole } from "./ice_role.ts";
import { SeenChecks } from "./seen_checks.ts";

/** Between the beginnings of two checks, ms (RFC 8445 §14.2). */
const PACE_MS = 50;
/** How long a better pair than the best so far is waited for before one is nominated, ms. */
const PATIENCE_MS = 300;
/** Without a pair for so long the agent tells that it failed, ms; it still answers. */
const FAIL_MS = 20_000;
/** Checks of the peer that are remembered before its description is known. */
const MAX_EARLY_CHECKS = 32;
/** How often a nomination is asked for before another pair is tried. */
const MAX_NOMINATIONS = 2;

export type IceState = "waiting" | "checking" | "connected" | "failed";

export interface IceAgentOptions {
  component: Component;
  clock: Clock;
  random: Random32;
  credentials: IceCredentials;
  candidates: readonly LocalCandidate[];
  /** What is assumed until the start. */
  controlling: boolean;
}

export interface IceEvents {
  /** What the peer sent, from a pair that works; valid during the call. */
  data(data: Uint8Array): void;
  /** The state, or the pair in use, is another one. */
  changed(): void;
}

/** A check of the peer that came before we knew its credentials. */
interface EarlyCheck {
  base: IceBase;
  source: SocketAddress;
  priority: number;
  nominate: boolean;
}

export class IceAgent {
  readonly credentials: IceCredentials;
  state: IceState = "waiting";
  /** Why it failed. */
  failure: "no-pair" | "no-consent" | undefined;
  /** Checks of the peer that were authentic. */
  checksReceived = 0;
  readonly #options: IceAgentOptions;
  readonly #events: IceEvents;
  readonly #role: IceRole;
  readonly #requests: PairRequests;
  readonly #list: CheckList;
  readonly #early = new EarlyData();
  #earlyChecks: EarlyCheck[] = [];
  readonly #seen = new SeenChecks();
  readonly #remotes = new RemoteCandidates();
  #selected: CandidatePair | undefined;
  #consent: Consent | undefined;
  #pace: TimerHandle;
  #patience: TimerHandle;
  #deadline: TimerHandle;
  #closed = false;

  constructor(options: IceAgentOptions, events: IceEvents) {
    this.#options = options;
    this.#events = events;
    this.credentials = options.credentials;
    this.#role = new IceRole(options.controlling, options.random);
    this.#requests = new PairRequests(options, this.#role);
    this.#list = new CheckList(
      options.candidates.filter(({ component }) => component === options.component),
    );
  }

  get controlling(): boolean {
    return this.#role.controlling;
  }

  /** The pair in use; before one is nominated, the best that works. */
  get pair(): CandidatePair | undefined {
    if (this.failure !== undefined) return undefined;
    return this.#selected ?? this.#list.best;
  }

  get pairs(): readonly CandidatePair[] {
    return this.#list.pairs;
  }

  /** Pairs that are not tried because there are too many. */
  get leftOut(): number {
    return this.#list.leftOut;
  }

  /**
   * Begins the checks. A second call, as with more candidates of the same peer, adds them.
   * @param controlling who has offered nominates, unless the peer is lite (RFC 8445 §6.1.1)
   */
  start(remote: IceDescription, controlling = this.controlling): void {
    if (this.#closed) return;
    if (!this.#isStarted) {
      this.#role.controlling = controlling || remote.lite === true;
      this.state = "checking";
      this.#deadline = this.#options.clock.setTimeout(() => this.#fail("no-pair"), FAIL_MS);
    }
    this.#requests.remote = { ufrag: remote.ufrag, password: remote.password };
    this.#remotes.add(remote, this.#options.component);
    this.#list.form(this.#remotes.list, this.controlling);
    const early = this.#earlyChecks;
    this.#earlyChecks = [];
    for (const check of early) this.#triggered(check);
    this.#run();
  }

  /**
   * Takes a datagram that came by the base: STUN is handled, anything else delivered if it came by a
   * pair that works, or kept until it does.
   */
  receive(base: IceBase, data: Uint8Array, source: SocketAddress): void {
    if (this.#closed) return;
    if (data.length > 0 && data[0]! < 4) {
      const message = parseStun(data);
      if (message !== undefined) this.#receiveStun(base, message, source);
      return;
    }
    if (this.proves(base, source)) return this.#events.data(data);
    const known = this.#remotes.at(source) !== undefined;
    this.#early.keep(base, source.address, source.port, data, known);
    if (known) this.#proveLate(base, source);
  }

  /**
   * Has a pair checked that was given up when another was nominated, and that the peer sends by all the
   * same, as Linphone does without RTCP on RTP's port; once, for anybody can send with that address.
   */
  #proveLate(base: IceBase, source: SocketAddress): void {
    const pair = this.#list.find(base, source);
    if (this.#selected === undefined || this.failure !== undefined) return;
    if (pair === undefined || pair.state !== "failed" || pair.triedLate) return;
    pair.triedLate = true;
    this.#list.trigger(pair);
    this.#run();
  }

  /** Whether a message is for this generation: by its user name, or by its transaction. */
  concerns(message: StunMessage): boolean {
    return message.class === "request"
      ? isAuthentic(message, this.credentials)
      : this.#requests.has(message.transactionId);
  }

  /** Whether the peer still answers by the pair in use; false after 400 ms without an answer. */
  async probe(): Promise<boolean> {
    const { pair } = this;
    return pair !== undefined && this.#isStarted && await this.#requests.probe(pair);
  }

  /** Whether what comes by the base from there is the peer's. */
  proves(base: IceBase, source: SocketAddress): boolean {
    return this.failure === undefined && this.#list.find(base, source)?.state === "succeeded";
  }

  /** @returns whether there is a pair to send by */
  send(data: Uint8Array): boolean {
    const pair = this.pair;
    pair?.local.base.send(data, pair.remote.address, pair.remote.port);
    return pair !== undefined;
  }

  close(): void {
    this.#closed = true;
    this.#stopChecks();
    this.#consent?.stop();
    this.#options.clock.clearTimeout(this.#deadline);
    this.#requests.close();
    this.#early.clear();
  }

  /** The peer's description is known. */
  get #isStarted(): boolean {
    return this.#requests.remote !== undefined;
  }

  #receiveStun(base: IceBase, message: StunMessage, source: SocketAddress): void {
    if (message.method !== METHOD.binding) return;
    if (message.class === "request") return this.#answer(base, message, source);
    this.#requests.take(message, source);
  }

  // What the peer asks (RFC 8445 §7.3)

  #answer(base: IceBase, request: StunMessage, source: SocketAddress): void {
    if (!isAuthentic(request, this.credentials)) return;
    if (this.#seen.isReplay(request.transactionId, base, source)) return;
    const reply = (bytes: Uint8Array) => base.send(bytes, source.address, source.port);
    const refuse = (code: number, reason: string) =>
      reply(checkError(request, this.credentials, { code, reason }));
    if (request.unknown.length > 0) return refuse(420, "Unknown Attribute");
    this.checksReceived += 1;
    const verdict = this.#role.judge(request);
    if (verdict === "peer changes") return refuse(487, "Role Conflict");
    if (verdict === "we change") this.#changeRole();
    reply(checkResponse(request, this.credentials, source));
    const check = {
      base,
      source: { ...source },
      priority: uint32Of(request, ATTRIBUTE.priority) ?? 1,
      nominate: request.attributes.has(ATTRIBUTE.useCandidate),
    };
    if (this.#isStarted) return this.#triggered(check);
    if (this.#earlyChecks.length < MAX_EARLY_CHECKS) this.#earlyChecks.push(check);
  }

  #changeRole(): void {
    this.#role.controlling = !this.controlling;
    for (const pair of this.#list.pairs) pair.nominating = false;
    this.#list.sort(this.controlling);
    this.#nominateSoon();
  }

  /** A check of the peer has us check the same pair (§7.3.1.4). */
  #triggered({ base, source, priority, nominate }: EarlyCheck): void {
    const pair = this.#list.find(base, source) ??
      this.#list.add(base, this.#remotes.learn(source, priority), this.controlling);
    if (pair === undefined || this.failure === "no-consent") return;
    const nominated = nominate && !this.controlling;
    if (pair.state === "succeeded") {
      if (nominated) this.#select(pair);
      return;
    }
    if (nominated) pair.nominating = true;
    if (this.#selected !== undefined && !this.#replacesSelected(pair)) return;
    this.#list.trigger(pair);
    this.#run();
  }

  /** A nomination that comes late counts for a better pair only: a peer may nominate aggressively. */
  #replacesSelected(pair: CandidatePair): boolean {
    return pair.nominating && this.#selected !== undefined &&
      pair.priority > this.#selected.priority;
  }

  // What we ask (RFC 8445 §7.2)

  /** Begins a check now, and another after each pace, as long as there are any. */
  #run(): void {
    if (this.#pace !== undefined || !this.#isStarted || this.#closed) return;
    const pair = this.#list.next();
    if (pair === undefined) return;
    this.#check(pair, false);
    this.#pace = this.#options.clock.setTimeout(() => {
      this.#pace = undefined;
      this.#run();
    }, PACE_MS);
  }

  #check(pair: CandidatePair, nominate: boolean): void {
    const { controlling } = this;
    if (pair.state !== "succeeded") pair.state = "in-progress";
    this.#requests.check(pair, nominate, this.#list.pairs.length, (response, source) => {
      this.#checked(pair, response, source, { controlling, nominate });
      this.#nominateSoon();
      this.#run();
    });
  }

  #checked(
    pair: CandidatePair,
    response: StunMessage | undefined,
    source: SocketAddress | undefined,
    asked: { controlling: boolean; nominate: boolean },
  ): void {
    const { remote } = pair;
    if (response?.class === "error" && errorOf(response).code === 487) {
      if (this.controlling === asked.controlling) this.#changeRole();
      return this.#list.trigger(pair);
    }
    const seen = response?.class === "success" ? mappedAddressOf(response) : undefined;
    // An answer from elsewhere proves nothing about the pair (§7.2.5.2.1).
    const symmetric = source?.address === remote.address && source.port === remote.port;
    if (seen === undefined || !symmetric) {
      return asked.nominate ? this.#notNominated(pair) : this.#failed(pair);
    }
    const first = pair.state !== "succeeded";
    pair.state = "succeeded";
    pair.mapped ??= seen;
    if (first) this.#works(pair);
    if (asked.controlling !== this.controlling) return;
    if (asked.nominate || (pair.nominating && !this.controlling)) this.#select(pair);
  }

  #failed(pair: CandidatePair): void {
    // What the peer has nominated it uses: its next check of this pair has us try once more.
    if (pair.checks.size === 0 && pair.state !== "succeeded") pair.state = "failed";
  }

  /** Another check of the pair may be under way still: what it says is not about the nomination. */
  #notNominated(pair: CandidatePair): void {
    if (this.controlling) pair.nominating = false;
    if (pair.nominations >= MAX_NOMINATIONS) pair.state = "failed";
  }

  #works(pair: CandidatePair): void {
    this.#list.unfreeze(pair);
    const { address, port } = pair.remote;
    const early = this.#early.take(pair.local.base, address, port);
    if (this.#selected === undefined) this.#events.changed();
    for (const data of early) this.#events.data(data);
  }

  // Nomination (RFC 8445 §8.1.1): by the controlling agent, of one pair, when no better one is likely

  #nominateSoon(): void {
    const best = this.#list.best;
    const pending = this.#list.pairs.some(({ nominating }) => nominating);
    if (!this.controlling || this.#selected || best === undefined || pending) return;
    if (!this.#list.mayImprove(best)) return this.#nominate();
    this.#patience ??= this.#options.clock.setTimeout(() => this.#nominate(), PATIENCE_MS);
  }

  #nominate(): void {
    const best = this.#list.best;
    const pending = this.#list.pairs.some(({ nominating }) => nominating);
    if (!this.controlling || this.#selected || best === undefined || pending) return;
    best.nominating = true;
    best.nominations += 1;
    this.#check(best, true);
  }

  #select(pair: CandidatePair): void {
    pair.nominating = false;
    pair.nominated = true;
    const current = this.#selected;
    if (current === pair || (current && current.priority > pair.priority)) return;
    this.#selected = pair;
    this.state = "connected";
    this.failure = undefined;
    this.#stopChecks();
    this.#options.clock.clearTimeout(this.#deadline);
    this.#giveUpOthers(pair);
    pair.local.base.prefer?.(pair.remote.address, pair.remote.port);
    this.#consent?.stop();
    this.#consent = new Consent(
      this.#options.clock,
      this.#options.random,
      () => this.#askConsent(pair),
      () => this.#fail("no-consent"),
    );
    this.#events.changed();
  }

  /** Nothing else is tried but what the peer has nominated already, and is better. */
  #giveUpOthers(selected: CandidatePair): void {
    this.#list.settle();
    for (const pair of this.#list.pairs) {
      if (pair === selected || this.#replacesSelected(pair)) continue;
      for (const transactionId of pair.checks) this.#requests.drop(pair, transactionId);
      if (pair.state === "in-progress") pair.state = "failed";
    }
  }

  #stopChecks(): void {
    this.#options.clock.clearTimeout(this.#pace);
    this.#options.clock.clearTimeout(this.#patience);
    this.#pace = undefined;
    this.#patience = undefined;
  }

  #askConsent(pair: CandidatePair): void {
    this.#requests.askConsent(pair, (response) => {
      if (response?.class === "success") return this.#consent?.given();
      // RFC 7675 §5.2: the peer takes its consent back.
      if (response !== undefined && errorOf(response).code === 403) this.#fail("no-consent");
    });
  }

  #fail(why: "no-pair" | "no-consent"): void {
    this.state = "failed";
    this.failure = why;
    this.#consent?.stop();
    if (why === "no-consent") this.#stopChecks();
    this.#events.changed();
  }
}
