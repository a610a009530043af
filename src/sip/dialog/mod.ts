/** Calls that have a dialog. */
export { Decision } from "./decision.ts";
export { sendInDialog } from "./in_dialog.ts";
export { sdpAddress, type SessionContext } from "./session_context.ts";
export { refusesInterval, sessionTimerAnswer } from "./session_refresh.ts";
export { MIN_SESSION_SECONDS, SESSION_SECONDS, sessionExpiresLine } from "./session_timer.ts";
export { Session } from "./session.ts";
