import type { SipMessage } from "../message.ts";
import type {
  Address,
  ContactAddress,
  Flow,
  ListenOptions,
  TransportLayerOptions,
} from "./types.ts";
import type { TransportName } from "../../core/account.ts";

/** The flows of one user agent (RFC 3261 §18). */
export class TransportLayer {
  /** Receives every message that is for SIP.js: guarded, stamped, deduplicated. */
  onMessage: ((message: SipMessage, flow: Flow) => void) | undefined;

  constructor(readonly options: TransportLayerOptions = {}) {}

  /** Account mode: opens the flow to the next hop, target by target (RFC 3263 §4.3). */
  connect(): Promise<Flow> {
    return Promise.reject(new Error("not built yet"));
  }

  /** Listens; port 0 takes a free one. Resolves with the bound address. */
  listen(_transport: TransportName, _at: Address, _options?: ListenOptions): Promise<Address> {
    return Promise.reject(new Error("not built yet"));
  }

  /** Sends a request or response as text; Via and Contact are made right for the flow it takes. */
  send(_text: string, _flow?: Flow): Promise<Flow> {
    return Promise.reject(new Error("not built yet"));
  }

  /** The flow that a request to `uri` would take, opened when it is not: for SDP and Contact. */
  flowToward(_uri: string): Promise<Flow> {
    return Promise.reject(new Error("not built yet"));
  }

  /** The flow that the request with this top Via branch came on. */
  flowOfRequest(_branch: string, _method: string): Flow | undefined {
    return undefined;
  }

  /** From now on requests whose next hop is `hostPort` (`host` or `host:port`) take `flow`. */
  setRoute(_hostPort: string, _flow: Flow | undefined): void {}

  contactOf(_flow: Flow): ContactAddress {
    throw new Error("not built yet");
  }

  /** Closes every flow and listener. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
