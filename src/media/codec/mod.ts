/** The codec contract, and the codecs. */
export {
  ANY_PACKET_MS,
  type Codec,
  CONCEAL_MS,
  isOf,
  MAX_PACKET_MS,
  packetMsFor,
} from "./codec.ts";
export { type CreateCodec, createCodec, loadCodecs } from "./registry.ts";
