/** A port whose other side is a test: nothing crosses a thread. */
import type {
  AttachmentPort,
  FromAttachment,
  ToAttachment,
} from "../../../src/media/attachment/attachment_protocol.ts";

export class FakePort implements AttachmentPort<FromAttachment> {
  readonly posted: FromAttachment[] = [];
  onmessage: ((event: MessageEvent) => void) | null = null;
  closed = false;

  postMessage(message: FromAttachment): void {
    this.posted.push(message);
  }

  close(): void {
    this.closed = true;
  }

  /** The program's turn. */
  receive(message: ToAttachment): void {
    this.onmessage?.({ data: message } as MessageEvent);
  }

  /** Samples that may be said, all that was given. */
  get room(): number {
    return this.posted.reduce((sum, it) => it.type === "room" ? sum + it.samples : sum, 0);
  }

  /** What was heard, frame by frame. */
  get heard(): Int16Array[] {
    return this.posted.flatMap((it) => it.type === "heard" ? [it.samples] : []);
  }
}
