/** Echo cancellation by libspeexdsp. */
export { type EchoCleaner, EchoRoom } from "./room.ts";
