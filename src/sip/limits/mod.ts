/** How much, and how often, a peer may have of us. */
export {
  CONNECTIONS,
  keptKey,
  MAX_MESSAGE_BYTES,
  maxWaitingBytes,
  SERVER_TRANSACTIONS,
} from "./bounds.ts";
export {
  Backoff,
  Damper,
  flowRecoveryDelay,
  glareDelay,
  heldSession,
  MAX_CHALLENGES,
  MAX_LONGER,
  MAX_REALMS,
  MAX_REDIRECTIONS,
  refreshDelay,
  RequestGate,
  retryDelay,
} from "./pacing.ts";
export { ProbeRate } from "./probe_rate.ts";
export { RejectionLog } from "./rejection_log.ts";
