/**
 * The program's side of a joined call's sound, on the main thread; the other side is `Attachment`.
 * Not on the real-time path: a main thread that is late loses sound here and nowhere else.
 */
import type {
  AttachmentLosses,
  AttachmentPort,
  FromAttachment,
  ToAttachment,
} from "./attachment_protocol.ts";

export interface AttachedAudioListener {
  /** About 20 ms of the far end; the listener's own from now on. */
  heard(samples: Int16Array): void;
  /** So many more samples may be said. */
  room(samples: number): void;
  /** The call, or the attachment, is over: the last word. */
  ended(losses: AttachmentLosses): void;
}

export class AttachedAudio {
  readonly #port: AttachmentPort<ToAttachment>;
  readonly #listener: AttachedAudioListener;
  #open = true;

  /** @param port owned from now on */
  constructor(port: AttachmentPort<ToAttachment>, listener: AttachedAudioListener) {
    this.#port = port;
    this.#listener = listener;
    port.onmessage = ({ data }: MessageEvent<FromAttachment>) => this.#take(data);
  }

  /** @param samples no more than there is room for; copied */
  say(samples: Int16Array): void {
    if (!this.#open) return;
    const copy = samples.slice();
    this.#port.postMessage({ type: "said", samples: copy }, [copy.buffer]);
  }

  /** Ends it from this side, when the other side cannot tell. Idempotent. */
  end(losses: AttachmentLosses = { heard: 0 }): void {
    if (!this.#open) return;
    this.#open = false;
    this.#port.onmessage = null;
    this.#port.close();
    this.#listener.ended(losses);
  }

  #take(message: FromAttachment): void {
    switch (message.type) {
      case "heard":
        this.#port.postMessage({ type: "taken", frames: 1 }, []);
        this.#listener.heard(message.samples);
        return;
      case "room":
        this.#listener.room(message.samples);
        return;
      case "ended":
        this.end(message.losses);
    }
  }
}
