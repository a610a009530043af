/**
 * Who takes part in a bridge: a mouth and an ear, each 20 ms at a time, with time passed in. Either may
 * be missing: a recorder says nothing.
 *
 *     the person   microphone ─► filters ─► speak      hear ─► filters ─► speaker
 *     a call       jitter buffer, decoder ─► speak     hear ─► encoder, packets
 *     a program    what it said ─► speak               hear ─► what it is told
 *     a recorder                                       hear ─► the right channel
 *
 * On the real-time path: nothing waits, nothing is allocated.
 */
export interface Party {
  /**
   * @param due nominal time of the frame, ms
   * @returns the next 20 ms at 48 kHz; not written to by anybody, valid until the next call
   */
  speak?(due: number): Int16Array;
  /** @param mix 20 ms at 48 kHz of everybody else; not to be written to, valid during the call */
  hear?(mix: Int16Array): void;
  /**
   * Frames to be heard this tick, asked once a tick. Only an ear with a clock of its own (a sound card)
   * has it, to be kept in step with ours.
   */
  frames?(): 0 | 1 | 2;
}
