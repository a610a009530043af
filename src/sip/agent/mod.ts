/** What an account's agent gives to its calls. */
export type { Agent, CallEffect, Leg } from "./agent.ts";
export { partyOf, remoteParty, requestTarget } from "./identity.ts";
export { callError, nothingGrantedError, registrationError, silenceError } from "./status_error.ts";
