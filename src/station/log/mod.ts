/** What the phone writes into its log. */
export { type EventLine, eventLog } from "./event_log.ts";
export { errorLine, type LogFacts, type LogLevel, type WriteLog } from "./log_line.ts";
export { coreLine, messageLine, rememberedCallId, type Verb } from "./phone_log.ts";
export { SipLog } from "./sip_log.ts";
