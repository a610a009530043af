/** A microphone that gives digital silence. On the real-time path. */
import type { AudioSource } from "./endpoint.ts";

export class SilenceSource implements AudioSource {
  open(): Promise<void> {
    return Promise.resolve();
  }

  start(): void {}

  read(into: Int16Array): boolean {
    into.fill(0);
    return false;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
