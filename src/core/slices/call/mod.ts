/** The life of calls. */
export { sendDigits } from "./digits.ts";
export { mute } from "./established.ts";
export { hangup } from "./hangup.ts";
export { answer, reject } from "./incoming.ts";
export { askDialog } from "./liveness.ts";
export { setHold, swap } from "./offers.ts";
export { dial } from "./outgoing.ts";
export { followNetwork } from "./relocation.ts";
export { CALL } from "./slice.ts";
export { followSound } from "./sound.ts";
export { hearsTones, toneOf } from "./tones.ts";
export { transferHeld } from "./transfer.ts";
