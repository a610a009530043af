/** What the parts of one confirmed dialog share. */
import type { CallId } from "../../core/ports/mod.ts";
import type { Agent } from "../agent/mod.ts";
import type { Authentication } from "../auth/mod.ts";
import type { Dialog } from "../library/mod.ts";
import type { SessionDescriptions } from "../sdp/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";

export interface SessionContext {
  readonly agent: Agent;
  readonly call: CallId;
  readonly dialog: Dialog;
  readonly descriptions: SessionDescriptions;
  readonly authentication: Authentication;
  /** The flow that the call began on. */
  readonly flow: Flow;
}

/** The local address for SDP, as it is now: it changes with a reconnect on another network. */
export function sdpAddress({ agent, flow }: SessionContext): string {
  return agent.localAddress(flow);
}
