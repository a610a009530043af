/** Octets in tests of SRTP. */
import type { SrtpSuite } from "../../../../src/core/media/media_description.ts";
import { SUITE_PARAMETERS } from "../../../../src/core/media/srtp_suites.ts";
import { writeRtpHeader } from "../../../../src/media/rtp/packet.ts";
import type { MasterKey } from "../../../../src/media/transport/srtp/packet_cipher.ts";

export function octets(hex: string): Uint8Array {
  const digits = hex.replace(/\s/g, "");
  return Uint8Array.from(
    { length: digits.length / 2 },
    (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

export function hex(data: Uint8Array): string {
  return [...data].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** A master key for a suite, a different one for each seed. */
export function keyFor(suite: SrtpSuite, seed = 1): MasterKey {
  const { keyLength, saltLength } = SUITE_PARAMETERS[suite];
  const made = (length: number, start: number) =>
    Uint8Array.from({ length }, (_, i) => (start + 37 * i * seed) & 255);
  return { key: made(keyLength, seed), salt: made(saltLength, 90 + seed) };
}

/** An RTP packet with room behind it. */
export function rtpPacket(sequence: number, ssrc = 0x1234_5678, payload = 160) {
  const data = new Uint8Array(2048);
  writeRtpHeader(data, false, 0, sequence, 160 * sequence, ssrc);
  data.fill(sequence & 255, 12, 12 + payload);
  return { data, length: 12 + payload };
}
