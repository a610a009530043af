/** What ICE draws by lot. @param random must be unpredictable: it makes passwords */
import type { Random32 } from "../../rtp/mod.ts";
import type { IceCredentials } from "../../../core/media/mod.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function randomTieBreaker(random: Random32): bigint {
  return BigInt(random()) << 32n | BigInt(random());
}

/** 24 bits of name at least and 128 of password (RFC 8445 §5.3); more of both. */
export function randomCredentials(random: Random32): IceCredentials {
  return { ufrag: word(random, 8), password: word(random, 24) };
}

function word(random: Random32, length: number): string {
  return Array.from({ length }, () => ALPHABET[random() >>> 26]).join("");
}
