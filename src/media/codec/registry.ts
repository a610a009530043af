/**
 * Codecs by name. A codec that is added is named in `core/account/account.ts`; what runs it is here,
 * what is offered of it in `formats.ts`.
 */
import type { CodecName } from "../../core/account/mod.ts";
import type { OpusWish, PayloadFormat } from "../../core/media/mod.ts";
import { lazily, OffhookError } from "../../base/mod.ts";
import type { Codec } from "./codec.ts";
import { G711Codec } from "./g711.ts";
import { G722Codec } from "./g722.ts";
import { L16Codec } from "./l16.ts";

/** Makes a codec with fresh state for a negotiated format. @throws OffhookError `media-failed` */
export type CreateCodec = (format: PayloadFormat, opus?: OpusWish) => Codec;

/** Loaded when a call needs it: a megabyte of WebAssembly and its memory. */
let opus: typeof import("./opus/mod.ts") | undefined;

/** Loads what these codecs need, by their encodings; await it before they are made. */
export async function loadCodecs(encodings: readonly string[]): Promise<void> {
  if (opus !== undefined || !encodings.includes("OPUS")) return;
  const loaded = await lazily<typeof import("./opus/mod.ts")>(import.meta.url, "./opus/mod.ts");
  await loaded.loadLibopus();
  opus = loaded;
}

const FACTORIES: Readonly<Record<CodecName, CreateCodec>> = {
  OPUS: (format, wish) => {
    if (opus === undefined) {
      throw new OffhookError("internal", "the codec OPUS is used before it is loaded");
    }
    return new opus.OpusCodec(format, wish);
  },
  G722: () => new G722Codec(),
  PCMU: () => new G711Codec("PCMU"),
  PCMA: () => new G711Codec("PCMA"),
  L16: (format) => new L16Codec(format),
};

/**
 * A codec with fresh state for a negotiated format.
 * @throws OffhookError `media-failed` when there is none
 */
export function createCodec(format: PayloadFormat, wish?: OpusWish): Codec {
  const factory =
    (FACTORIES as Readonly<Record<string, CreateCodec>>)[format.encoding.toUpperCase()];
  if (factory) return factory(format, wish);
  throw new OffhookError("media-failed", `the codec ${format.encoding} cannot be run`, {
    hint: `Codecs: ${Object.keys(FACTORIES).join(", ")}.`,
    data: { encoding: format.encoding },
  });
}
