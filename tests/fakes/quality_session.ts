/** A call that is over, as a report of its sound is made of it. */
import type { QualitySession } from "../../src/core/ports/sip_port.ts";
import { REPORT } from "../unit/core/scene.ts";

export const SESSION: QualitySession = {
  sipCallId: "abc@us",
  outgoing: true,
  remote: "sip:bob@example.com",
  answeredAt: Date.UTC(2026, 0, 31, 12, 0, 0, 400),
  endedAt: Date.UTC(2026, 0, 31, 12, 3, 0),
  media: {
    port: 4000,
    remoteAddress: "192.0.2.7",
    remotePort: 5000,
    format: { payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 },
    ptime: 20,
  },
  report: {
    ...REPORT,
    jitterMs: 2.4,
    roundTripMs: 40.3,
    quality: {
      incoming: {
        scale: "narrowband",
        call: {
          lossShare: 0.0204,
          lateShare: 0.001,
          listening: { r: 86.2, mos: 4.25 },
          conversational: { r: 84.9, mos: 4.21 },
        },
        bursts: { burstDensity: 0.333, gapDensity: 0.012, burstMs: 120, gapMs: 2_600 },
        oneWayMs: 82,
      },
      outgoing: {
        scale: "narrowband",
        call: { lossShare: 0, listening: { r: 93.2, mos: 4.41 } },
      },
      sources: { ours: 0x1a3b5c7d, theirs: 0x2468abc },
    },
  },
};
