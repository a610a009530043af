/**
 * Requests as SIP.js writes them, over a transport layer, without SIP.js: what a test of the transport
 * needs of a user agent.
 */
import { header, type SipMessage } from "../../src/sip/message/sip_message.ts";
import { TransportLayer } from "../../src/sip/transport/layer.ts";
import type {
  Flow,
  LayerEvent,
  TransportLayerOptions,
} from "../../src/sip/transport/flow/types.ts";

/** Placeholder host of Via and Contact, as SIP.js makes one. */
export const VIA_HOST = "w7x1kq.invalid";

export interface RawRequest {
  method: string;
  uri: string;
  branch?: string;
  callId?: string;
  headers?: string[];
  body?: string;
}

let count = 0;

export function rawRequest({ method, uri, headers = [], body = "", ...ids }: RawRequest): string {
  const { branch = `z9hG4bKtest${++count}`, callId = `call${++count}` } = ids;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${VIA_HOST};branch=${branch};rport`,
    "To: <sip:bob@example.com>",
    "From: <sip:alice@example.com>;tag=f1",
    `CSeq: 1 ${method}`,
    `Call-ID: ${callId}`,
    "Max-Forwards: 70",
    `Contact: <sip:a1b2@${VIA_HOST};transport=ws>;expires=600`,
    ...headers,
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    "",
    body,
  ].join("\r\n");
}

/** A layer with what it received and told, and promises for the next of both. */
export class RawUserAgent {
  readonly layer: TransportLayer;
  readonly routes = new Map<string, Flow>();
  readonly received: { message: SipMessage; flow: Flow }[] = [];
  readonly events: LayerEvent[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(options: TransportLayerOptions = {}) {
    this.layer = new TransportLayer({
      keepaliveMs: 0,
      routes: this.routes,
      ...options,
      onEvent: (event) => {
        this.events.push(event);
        options.onEvent?.(event);
        this.#wake();
      },
    });
    this.layer.onMessage = (message, flow) => {
      this.received.push({ message, flow });
      this.#wake();
    };
  }

  /** Waits until a condition over what was received and told holds; at most `ms`. */
  async until(what: string, holds: () => boolean, ms = 5000): Promise<void> {
    const deadline = performance.now() + ms;
    while (!holds()) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`waited ${ms} ms in vain for ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, left);
        const waiting = this.#waiting;
        waiting.add(done);
        function done() {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        }
      });
    }
  }

  /** Sends a request and waits for its final response. */
  async ask(request: RawRequest, ms?: number): Promise<{ message: SipMessage; flow: Flow }> {
    const callId = request.callId ?? `call${++count}`;
    await this.layer.send(rawRequest({ ...request, callId }));
    const final = () =>
      this.received.find(({ message }) =>
        message.kind === "response" && message.callId === callId && message.status >= 200 &&
        message.method === request.method
      );
    await this.until(`the response to ${request.method}`, () => final() !== undefined, ms);
    return final()!;
  }

  /** The first event of a type, waited for. */
  async event<T extends LayerEvent["type"]>(
    type: T,
    ms?: number,
  ): Promise<Extract<LayerEvent, { type: T }>> {
    const found = () => this.events.find((event) => event.type === type);
    await this.until(`event ${type}`, () => found() !== undefined, ms);
    return found() as Extract<LayerEvent, { type: T }>;
  }

  close(): Promise<void> {
    return this.layer.close();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** The URI in a message's Contact. */
export function contactUri(message: SipMessage): string {
  return /<([^>]*)>/.exec(header(message, "contact") ?? "")?.[1] ?? "";
}
