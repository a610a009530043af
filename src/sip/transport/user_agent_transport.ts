/**
 * SIP.js's `Transport` over a {@link TransportLayer}: pass it as `transportConstructor` with
 * `transportOptions: { layer }`.
 */
import { type Emitter, EmitterImpl, type Transport, TransportState } from "sip.js";
import type { OffhookError } from "../../core/errors.ts";
import type { TransportLayer } from "./layer.ts";
import type { Flow } from "./types.ts";

export interface UserAgentTransportOptions {
  /** Not owned: whoever made it closes it. */
  layer: TransportLayer;
  /** Reconnects by itself with backoff and jitter after a lost connection; default true. */
  reconnect?: boolean;
}

export class UserAgentTransport implements Transport {
  onConnect: (() => void) | undefined;
  onDisconnect: ((error?: Error) => void) | undefined;
  onMessage: ((message: string) => void) | undefined;
  readonly stateChange: Emitter<TransportState> = new EmitterImpl<TransportState>();
  /** Why the last connection attempt failed, or the last connection ended. */
  lastError: OffhookError | undefined;

  constructor(_logger: unknown, readonly options: UserAgentTransportOptions) {}

  get protocol(): string {
    return "UDP";
  }
  get state(): TransportState {
    return TransportState.Disconnected;
  }
  /** Account mode: the flow to the next hop while connected. */
  get flow(): Flow | undefined {
    return undefined;
  }
  isConnected(): boolean {
    return this.state === TransportState.Connected;
  }
  connect(): Promise<void> {
    return Promise.reject(new Error("not built yet"));
  }
  disconnect(): Promise<void> {
    return Promise.resolve();
  }
  dispose(): Promise<void> {
    return this.disconnect();
  }
  send(_message: string): Promise<void> {
    return Promise.reject(new Error("not built yet"));
  }
}
