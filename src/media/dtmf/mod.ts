/** Digits: telephone-events (RFC 4733) and tones. */
export { DigitLog } from "./digit_log.ts";
export type { DigitsSent } from "./digit_queue.ts";
export { DigitSender, type EventFormat } from "./digit_sender.ts";
export { TelephoneEventReceiver } from "./telephone_event.ts";
export { ToneDetector } from "./tone_detector.ts";
