/** What the final status of a call, or of a transfer, means for the exit code. Pure. */
import type { ErrorCode } from "../mod.ts";

/** Statuses whose code is not that of their class. */
const CALL_CODES: Readonly<Record<number, ErrorCode>> = {
  401: "auth-refused",
  404: "not-found",
  407: "auth-refused",
  408: "no-answer",
  410: "not-found",
  480: "no-answer",
  484: "not-found",
  486: "busy",
  488: "no-common-codec",
  600: "busy",
  604: "not-found",
  606: "no-common-codec",
};

/** @param status 300–699 */
export function callErrorCode(status: number): ErrorCode {
  const exact = CALL_CODES[status];
  if (exact !== undefined) return exact;
  if (status < 400) return "unreachable";
  if (status >= 500 && status < 600) return "unreachable";
  return "declined";
}
