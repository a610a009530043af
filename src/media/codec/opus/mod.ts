/** Opus (RFC 6716, RFC 7587): libopus in WebAssembly, loaded when a call uses it. */
export { Encoder, loadLibopus, OPUS_LOOKAHEAD } from "./libopus.ts";
export { OpusCodec } from "./opus.ts";
