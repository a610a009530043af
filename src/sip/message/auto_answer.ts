/**
 * Whether a caller asks for an automatic answer, and after how many seconds. Pure.
 *
 * Three conventions are in use: `Call-Info: <…>;answer-after=N`, `Alert-Info: <…>;info=alert-autoanswer`
 * (with `delay=N` or `answer-after=N`), and `Answer-Mode: Auto` (RFC 5373).
 */
import type { ReadableMessage } from "./readable_message.ts";

type Headers = Pick<ReadableMessage, "headers">;

const AFTER = /;\s*(?:answer-after|delay)\s*=\s*"?([0-9]{1,4})/i;
const AUTO = /(?:alert-autoanswer|auto[ _-]?answer|info\s*=\s*"?\s*intercom)/i;

/** @returns undefined: the phone just rings */
export function autoAnswerAfter(message: Headers): number | undefined {
  for (const value of message.headers("call-info")) {
    const after = /;\s*answer-after\s*=\s*"?([0-9]{1,4})/i.exec(value);
    if (after !== null) return Number(after[1]);
  }
  for (const value of message.headers("alert-info")) {
    const after = AFTER.exec(value);
    if (after !== null) return Number(after[1]);
    if (AUTO.test(value)) return 0;
  }
  const modes = message.headers("answer-mode").concat(message.headers("priv-answer-mode"));
  return modes.some((mode) => /^\s*auto\b/i.test(mode)) ? 0 : undefined;
}
