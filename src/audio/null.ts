/** A speaker that plays nothing. On the real-time path. */
import type { AudioSink } from "./endpoint.ts";

export class NullSink implements AudioSink {
  open(): Promise<void> {
    return Promise.resolve();
  }

  start(): void {}

  write(_frame: Int16Array): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}
