/**
 * SIP.js's `Transport` over a {@link TransportLayer}: pass it as `transportConstructor` with
 * `transportOptions: { layer }`.
 *
 *     Disconnected ─ connect() ─► Connecting ─► Connected ─ connection lost ─► Disconnected
 *          ▲                          │                                            │
 *          ├──────── failed ──────────┘           backoff with jitter, connect() ──┘
 *          └── disconnect() ── Disconnecting
 *
 * Deviation: SIP.js wants a transport that never reconnects by itself; this one does (turn SIP.js's own
 * reconnection off with `reconnectionAttempts: 0`), because its fixed delay has neither backoff nor
 * jitter. Direct mode has no connection: connecting succeeds at once. Not on the real-time path.
 */
import { type Emitter, EmitterImpl, StateTransitionError, type Transport } from "sip.js";
import { TransportState } from "sip.js";
import { OffhookError } from "../../core/errors.ts";
import type { SipMessage } from "../message.ts";
import { Backoff } from "./backoff.ts";
import type { TransportLayer } from "./layer.ts";
import type { Flow, LayerEvent, TimerHandle } from "./types.ts";

export interface UserAgentTransportOptions {
  /** Not owned: whoever made it closes it. One transport a layer. */
  layer: TransportLayer;
  /** Reconnects by itself after a failed or lost connection; default true. */
  reconnect?: boolean;
  /** The next try to connect, in milliseconds from now. */
  onReconnecting?: (delayMs: number, error: OffhookError) => void;
}

export class UserAgentTransport implements Transport {
  onConnect: (() => void) | undefined;
  onDisconnect: ((error?: Error) => void) | undefined;
  onMessage: ((message: string) => void) | undefined;
  /** Why the last attempt to connect failed, or the last connection ended; undefined when connected. */
  lastError: OffhookError | undefined;
  readonly #stateChange = new EmitterImpl<TransportState>();
  readonly #layer: TransportLayer;
  readonly #backoff: Backoff;
  #state = TransportState.Disconnected;
  #wanted = false;
  #retry: TimerHandle;
  #unsubscribe: () => void;
  #flowOfMessage: Flow | undefined;

  /** SIP.js calls it with a logger, which is not used: the layer reports by its events. */
  constructor(_logger: unknown, readonly options: UserAgentTransportOptions) {
    this.#layer = options.layer;
    this.#backoff = new Backoff(this.#layer.random);
    this.#layer.onMessage = (message, flow) => this.#deliver(message, flow);
    this.#unsubscribe = this.#layer.subscribe((event) => this.#heed(event));
  }

  get stateChange(): Emitter<TransportState> {
    return this.#stateChange;
  }

  /** Written into Vias by SIP.js; the layer puts the real one there. */
  get protocol(): string {
    return (this.flow?.transport ?? "udp").toUpperCase();
  }

  get state(): TransportState {
    return this.#state;
  }

  /** Account mode: the flow to the next hop while connected. */
  get flow(): Flow | undefined {
    return this.#layer.nextHopFlow;
  }

  /** While SIP.js handles a message: the flow that it came on. */
  get flowOfMessage(): Flow | undefined {
    return this.#flowOfMessage;
  }

  isConnected(): boolean {
    return this.#state === TransportState.Connected;
  }

  /** Rejects with an OffhookError; tries again by itself unless told not to. */
  async connect(): Promise<void> {
    this.#wanted = true;
    this.#layer.clock.clearTimeout(this.#retry);
    if (this.isConnected()) return;
    if (this.#layer.options.nextHop === undefined) return this.#connected();
    if (this.#state !== TransportState.Connecting) this.#enter(TransportState.Connecting);
    try {
      await this.#layer.connect();
    } catch (thrown) {
      const error = OffhookError.from(thrown);
      this.#fail(error);
      throw error;
    }
    if (!this.#wanted) throw new StateTransitionError("Disconnected while connecting.");
    this.#connected();
  }

  disconnect(): Promise<void> {
    this.#wanted = false;
    this.#layer.clock.clearTimeout(this.#retry);
    if (this.#state === TransportState.Disconnected) return Promise.resolve();
    const wasConnected = this.isConnected();
    this.#enter(TransportState.Disconnecting);
    if (wasConnected) this.onDisconnect?.();
    this.#layer.disconnect();
    this.#enter(TransportState.Disconnected);
    return Promise.resolve();
  }

  async dispose(): Promise<void> {
    await this.disconnect();
    this.#unsubscribe();
  }

  /** Rejects with an OffhookError. In account mode only while connected. */
  async send(message: string): Promise<void> {
    if (this.#state !== TransportState.Connected && !message.startsWith("SIP/2.0 ")) {
      throw this.lastError ??
        new OffhookError("unreachable", "The SIP transport is not connected.");
    }
    await this.#layer.send(message);
  }

  #deliver(message: SipMessage, flow: Flow): void {
    if (!this.isConnected() && message.kind === "request") return;
    this.#flowOfMessage = flow;
    try {
      this.onMessage?.(message.text);
    } finally {
      this.#flowOfMessage = undefined;
    }
  }

  #heed(event: LayerEvent): void {
    if (event.type !== "next-hop-lost" || !this.isConnected()) return;
    const error = event.error === undefined
      ? new OffhookError("unreachable", "The connection to the server was closed.")
      : OffhookError.fromJSON(event.error);
    this.#fail(error);
  }

  #connected(): void {
    if (this.isConnected()) return;
    this.lastError = undefined;
    this.#backoff.reset(this.#layer.clock.now());
    if (this.#state === TransportState.Disconnected) this.#enter(TransportState.Connecting);
    this.#enter(TransportState.Connected);
    this.onConnect?.();
  }

  #fail(error: OffhookError): void {
    const wasConnected = this.isConnected();
    this.lastError = error;
    this.#enter(TransportState.Disconnected);
    if (wasConnected) this.onDisconnect?.(error);
    if (!this.#wanted || this.options.reconnect === false) return;
    const delay = this.#backoff.next(this.#layer.clock.now());
    this.options.onReconnecting?.(delay, error);
    this.#retry = this.#layer.clock.setTimeout(() => {
      this.connect().catch(() => {});
    }, delay);
  }

  #enter(state: TransportState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#stateChange.emit(state);
  }
}
