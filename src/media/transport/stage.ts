/** A stage over another one: what it does not change goes through. */
import type { NegotiatedStream } from "../../core/media/mod.ts";
import type { MediaKind, MediaTransport, Receiver, TransportFacts } from "./media_transport.ts";

export abstract class TransportStage implements MediaTransport {
  receiver: Receiver | undefined;
  protected readonly below: MediaTransport;

  constructor(below: MediaTransport) {
    this.below = below;
  }

  get rtpPort(): number {
    return this.below.rtpPort;
  }

  get rtcpPort(): number {
    return this.below.rtcpPort;
  }

  get muxed(): boolean {
    return this.below.muxed;
  }

  abstract use(stream: NegotiatedStream, address: string): void;

  confirm(): void {
    this.below.confirm();
  }

  permits(now: number): boolean {
    return this.below.permits(now);
  }

  send(kind: MediaKind, data: Uint8Array): void {
    this.below.send(kind, data);
  }

  facts(now: number): TransportFacts {
    return this.below.facts(now);
  }

  close(): void {
    this.below.close();
  }
}
