/** Timer values of RFC 3261 §17.1.1.1 and table 4, milliseconds. */

/** Estimate of the round-trip time. */
export const T1 = 500;
/** Longest interval between retransmissions of a non-INVITE request or of a final response. */
export const T2 = 4000;
/** Longest time that a message stays in the network. */
export const T4 = 5000;
/** Timers B, F, H, J, L and the lower bound of D. */
export const TRANSACTION_MS = 64 * T1;
