/**
 * What media can run, as plain data for offers and configuration. Imports nothing that runs.
 */
import type { CodecName } from "../core/account/mod.ts";
import type { PayloadFormat } from "../core/media/mod.ts";

/** In the order of `CODECS`, which the thread would have to read the accounts for. */
const AUDIO: Readonly<Record<CodecName, Omit<PayloadFormat, "encoding">>> = {
  G722: { payloadType: 9, clockRate: 8000, channels: 1 },
  PCMU: { payloadType: 0, clockRate: 8000, channels: 1 },
  PCMA: { payloadType: 8, clockRate: 8000, channels: 1 },
};

/** Every audio format in the default order of preference, then telephone-event (RFC 4733). */
export const MEDIA_FORMATS: readonly PayloadFormat[] = [
  ...Object.entries(AUDIO).map(([encoding, format]) => ({ encoding, ...format })),
  {
    payloadType: 101,
    encoding: "TELEPHONE-EVENT",
    clockRate: 8000,
    channels: 1,
    parameters: "0-15",
  },
];
