/**
 * Keeps the flow to an account's server up.
 *
 *     start ─► connecting ─ connected ─► up(flow) ─ lost ─► down(error) ─ backoff ─► connecting …
 *                        └ failed ─► down(error, retry) ─ backoff ─► connecting …
 *
 * Calls are not told: a dialog outlives the connection.
 */
import type { Clock, TimerHandle } from "../base/time/mod.ts";
import { OffhookError } from "../base/mod.ts";
import { Backoff } from "./limits/mod.ts";
import { PENALTY_MS, type TransportLayer } from "./transport/mod.ts";
import type { Flow, LayerEvent } from "./transport/flow/mod.ts";

/** Without a network for so long, a connection is not trusted any more, nor a registration. */
const AWAY_MS = 5_000;

/** A server that failed gets so long, and a little, before it is asked again. */
const GO_BACK_MS = PENALTY_MS + 1_000;

export interface ConnectionEvents {
  /** It is there, anew, or from another address of ours. */
  up(flow: Flow): void;
  /** Lost, or not reached; the next try is `retryInMs` away. */
  down(error: OffhookError, retryInMs: number): void;
}

export class Connection {
  readonly #layer: TransportLayer;
  readonly #clock: Clock;
  readonly #events: ConnectionEvents;
  readonly #backoff: Backoff;
  #wanted = false;
  #connecting: Promise<Flow> | undefined;
  #retry: TimerHandle;
  /** Of the way back to the best server. */
  #goBack: TimerHandle;
  #unsubscribe: (() => void) | undefined;
  /** Since when there is no way to the server. */
  #strandedAt: number | undefined;

  constructor(layer: TransportLayer, clock: Clock, random: () => number, events: ConnectionEvents) {
    this.#layer = layer;
    this.#clock = clock;
    this.#events = events;
    this.#backoff = new Backoff(random);
  }

  get flow(): Flow | undefined {
    return this.#layer.nextHopFlow;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#unsubscribe = this.#layer.subscribe((event) => this.#heed(event));
    this.ensure().catch(() => {});
  }

  /** The flow, when it is up; tries now when it is not. @throws OffhookError why it is not */
  ensure(): Promise<Flow> {
    const { flow } = this;
    if (flow !== undefined) return Promise.resolve(flow);
    this.#clock.clearTimeout(this.#retry);
    this.#connecting ??= this.#connect().finally(() => this.#connecting = undefined);
    return this.#connecting;
  }

  /**
   * The host's addresses have changed, or it slept: the server hears from us at once, from where we are
   * now. A network that came back as it was, after a moment, is no change.
   */
  follow(slept: boolean): void {
    const { flow } = this;
    const moved = this.#layer.follow();
    if (!this.#wanted) return;
    if (flow === undefined) return void this.ensure().catch(() => {});
    if (!moved && this.#layer.localHost(flow) === undefined) {
      this.#strandedAt ??= slept ? 0 : this.#clock.now();
      return;
    }
    const away = this.#clock.now() - (this.#strandedAt ?? this.#clock.now());
    this.#strandedAt = undefined;
    if (!moved && !slept && away < AWAY_MS) return;
    if (flow.transport === "udp") return this.#events.up(flow);
    // A connection that slept may be forgotten by everybody on its way.
    if (!moved) this.#layer.leaveNextHop();
    void this.ensure().catch(() => {});
  }

  /** No more tries; the flow stays until the layer is closed. */
  stop(): void {
    this.#wanted = false;
    this.#clock.clearTimeout(this.#retry);
    this.#clock.clearTimeout(this.#goBack);
    this.#unsubscribe?.();
  }

  async #connect(): Promise<Flow> {
    try {
      const flow = await this.#layer.connect();
      this.#backoff.reset(this.#clock.now());
      if (this.#wanted) this.#up(flow);
      return flow;
    } catch (thrown) {
      const error = OffhookError.from(thrown);
      this.#down(error);
      throw error;
    }
  }

  #heed(event: LayerEvent): void {
    if (event.type === "next-hop-changed") this.#up(event.flow);
    if (event.type !== "next-hop-lost" || !this.#wanted) return;
    const error = event.error === undefined
      ? new OffhookError("unreachable", "the connection to the server was closed")
      : OffhookError.fromJSON(event.error);
    this.#down(error);
  }

  #up(flow: Flow): void {
    this.#events.up(flow);
    this.#planReturn();
  }

  #planReturn(): void {
    this.#clock.clearTimeout(this.#goBack);
    if (!this.#layer.isSecondBest) return;
    this.#goBack = this.#clock.setTimeout(async () => {
      const isBack = await this.#layer.goBack();
      if (!isBack && this.#wanted) this.#planReturn();
    }, GO_BACK_MS);
  }

  #down(error: OffhookError): void {
    if (!this.#wanted) return;
    const delay = this.#backoff.next(this.#clock.now());
    this.#clock.clearTimeout(this.#retry);
    this.#retry = this.#clock.setTimeout(() => void this.ensure().catch(() => {}), delay);
    this.#events.down(error, delay);
  }
}
