/** Versions as they stand in hellos and records: newer ones have smaller numbers. */

export const DTLS_1_0 = 0xfeff;
export const DTLS_1_2 = 0xfefd;
