/** Changes sound on its way, frame by frame. On the real-time path: nothing is allocated. */
export interface Filter {
  /** @param frame 20 ms at 48 kHz, changed in place */
  apply(frame: Int16Array): void;
}
