/**
 * What media can run, as plain data for offers and configuration. Imports nothing that runs.
 */
import type { PayloadFormat } from "../core/media/mod.ts";

/** Every audio format in the default order of preference, then telephone-event (RFC 4733). */
export const MEDIA_FORMATS: readonly PayloadFormat[] = [
  { payloadType: 9, encoding: "G722", clockRate: 8000, channels: 1 },
  { payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 },
  { payloadType: 8, encoding: "PCMA", clockRate: 8000, channels: 1 },
  {
    payloadType: 101,
    encoding: "TELEPHONE-EVENT",
    clockRate: 8000,
    channels: 1,
    parameters: "0-15",
  },
];
