/**
 * What crosses the port between a program that has joined a call's sound and the media thread.
 *
 *     program ──{said}───► attachment          program ◄──{heard}─── attachment
 *     program ◄─{room}──── attachment          program ──{taken}───► attachment
 *
 * Both ways are bounded by what the receiver has said that it takes. Samples are 16 bits, mono, at
 * the attachment's rate; their buffers are transferred.
 */

/** Sound that may wait on the way into the call, and on the way out of it, ms. */
export const ATTACHMENT_MS = 200;

/** Sound that was lost because nobody took it in time, in samples of the attachment's rate. */
export interface AttachmentLosses {
  heard: number;
}

export type ToAttachment =
  | { type: "said"; samples: Int16Array }
  /** So many frames have been taken: as many more may come. */
  | { type: "taken"; frames: number };

export type FromAttachment =
  | { type: "heard"; samples: Int16Array }
  /** So many more samples may be said. */
  | { type: "room"; samples: number }
  | { type: "ended"; losses: AttachmentLosses };

/** The port, on either side: a MessagePort, or a test's own. */
export interface AttachmentPort<Out> {
  postMessage(message: Out, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

/** For a program that cannot join (any more): no worse than an early end. */
export function refuseAttachment(port: AttachmentPort<FromAttachment>): void {
  port.postMessage({ type: "ended", losses: { heard: 0 } }, []);
  port.close();
}
