/** SIP for the phone: one user agent for all accounts. */
export { UserAgent, type UserAgentOptions } from "./user_agent.ts";
