/** How a station is, as `status`, the health port and the service manager are told. */

/** One reading for all of them; each answers another question. */
export interface Health {
  /**
   * The process itself works. This alone feeds the watchdog: what is wrong outside, such as a server
   * or a sound card that is gone, is not mended by a new start, which would end every call.
   */
  works: boolean;
  /** Besides, nothing that the phone needs is broken. */
  healthy: boolean;
  /** Besides, every account that should be registered is. */
  ready: boolean;
  /** What is wrong, a sentence each; empty when ready. */
  reasons: string[];
}
