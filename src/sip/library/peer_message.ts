/**
 * The messages of a peer as everything above the library reads them.
 *
 *     RequestMessage   in ServerRequest, ServerInvite, Dialog events
 *     ResponseMessage  to a request of ours; also the one that stands in for none (isStandIn)
 */
import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";
import type { ReadableMessage } from "../message/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";
import { flowOf } from "./message_flow.ts";

abstract class PeerMessage<M extends IncomingRequestMessage | IncomingResponseMessage>
  implements ReadableMessage {
  protected readonly inner: M;

  constructor(inner: M) {
    this.inner = inner;
  }

  /** Of a response: the method of its request. */
  get method(): string {
    return this.inner.method;
  }

  get callId(): string {
    return this.inner.callId;
  }

  get cseq(): number {
    return this.inner.cseq;
  }

  /** Empty when there is none. */
  get toTag(): string {
    return this.inner.toTag ?? "";
  }

  get body(): string {
    return this.inner.body ?? "";
  }

  /** The flow that it came on; undefined for what did not come. */
  get flow(): Flow | undefined {
    return flowOf(this.inner);
  }

  header(name: string): string | undefined {
    return this.inner.getHeader(name);
  }

  headers(name: string): string[] {
    return this.inner.getHeaders(name);
  }
}

export class RequestMessage extends PeerMessage<IncomingRequestMessage> {
  readonly kind = "request";

  /** The request URI as it came. */
  get uri(): string {
    return this.inner.ruri?.toString() ?? "";
  }
}

export class ResponseMessage extends PeerMessage<IncomingResponseMessage> {
  readonly kind = "response";

  get status(): number {
    return this.inner.statusCode ?? 0;
  }

  get reason(): string {
    return this.inner.reasonPhrase ?? "";
  }

  /** Nothing came: it stands for a silence (408, Timer B or F) or a dead transport (503). */
  get isStandIn(): boolean {
    return this.inner.data === undefined;
  }

  /** Not one response came within 64·T1. */
  get isSilence(): boolean {
    return this.status === 408 && this.isStandIn;
  }
}
