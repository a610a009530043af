/** What the parts of one confirmed dialog share. Not on the real-time path. */
import {
  type Body,
  type IncomingResponseMessage,
  NameAddrHeader,
  type SessionDialog,
} from "sip.js/lib/core/index.js";
import type { CallId } from "../../core/ports/sip_port.ts";
import type { Agent } from "../agent/agent.ts";
import type { Authentication } from "../auth/authentication.ts";
import { SDP } from "../library/capabilities.ts";
import type { SessionDescriptions } from "../sdp/session_descriptions.ts";
import type { Flow } from "../transport/flow/types.ts";

export interface SessionContext {
  readonly agent: Agent;
  readonly call: CallId;
  readonly dialog: SessionDialog;
  readonly descriptions: SessionDescriptions;
  readonly authentication: Authentication;
  /** The flow that the call began on. */
  readonly flow: Flow;
}

/** The local address for SDP, as it is now: it changes with a reconnect on another network. */
export function sdpAddress({ agent, flow }: SessionContext): string {
  return agent.localAddress(flow);
}

export function sdpBody(content: string): Body {
  return { contentDisposition: "session", contentType: SDP, content };
}

/**
 * Takes the Contact of a 2xx as the dialog's remote target (RFC 3261 §12.2.1.2, §13.2.2.4). SIP.js
 * does so for requests only: an ACK then goes to the Contact of an early 183.
 */
export function refreshTarget(dialog: SessionDialog, message: IncomingResponseMessage): void {
  const contact: unknown = message.parseHeader("contact");
  if (!(contact instanceof NameAddrHeader)) return;
  const { dialogState } = dialog as unknown as { dialogState: { remoteTarget: unknown } };
  dialogState.remoteTarget = contact.uri;
}
