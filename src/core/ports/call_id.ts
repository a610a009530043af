/** Names a call in everything that crosses between the core and the adapters: ours, not SIP's. */
export type CallId = string;
