/**
 * What media can run, as plain data for offers and configuration. Imports nothing that runs.
 */
import type { CodecName } from "../core/account/mod.ts";
import type { PayloadFormat } from "../core/media/mod.ts";

/** In the order of `CODECS`, which the thread would have to read the accounts for. */
const AUDIO: Readonly<Record<CodecName, readonly Omit<PayloadFormat, "encoding">[]>> = {
  OPUS: [{
    payloadType: 111,
    clockRate: 48_000,
    channels: 2,
    // What we send is mono; stereo of others is mixed down.
    parameters: "useinbandfec=1",
  }],
  G722: [{ payloadType: 9, clockRate: 8000, channels: 1 }],
  PCMA: [{ payloadType: 8, clockRate: 8000, channels: 1 }],
  PCMU: [{ payloadType: 0, clockRate: 8000, channels: 1 }],
  // Not 44100 Hz, the rate of the static types: 48000 is no multiple of it.
  L16: [
    { payloadType: 112, clockRate: 48_000, channels: 1 },
    { payloadType: 113, clockRate: 16_000, channels: 1 },
    { payloadType: 114, clockRate: 8000, channels: 1 },
  ],
};

/** Every audio format in the order of preference, then telephone-event (RFC 4733). */
export const MEDIA_FORMATS: readonly PayloadFormat[] = [
  ...Object.entries(AUDIO).flatMap(([encoding, formats]) =>
    formats.map((format) => ({ encoding, ...format }))
  ),
  telephoneEvent(101, 8000),
  telephoneEvent(110, 48_000),
  telephoneEvent(115, 16_000),
];

/** One for each clock of the sound beside it (RFC 4733 §2.1). */
function telephoneEvent(payloadType: number, clockRate: number): PayloadFormat {
  return { payloadType, encoding: "TELEPHONE-EVENT", clockRate, channels: 1, parameters: "0-15" };
}
