/**
 * An INVITE of a peer on its way to a call: what cannot become one is refused here, the rest is told to
 * the core.
 *
 *     INVITE ─► Replaces ─► interval, Accept, offer ─► IncomingCall ─► the core: IncomingCall
 *                  └ 400, 481, 486   └ 422, 406, 415, 400
 */
import { OffhookError } from "../../base/mod.ts";
import type { Agent } from "../agent/mod.ts";
import { refusesInterval } from "../dialog/mod.ts";
import type { RequestMessage, ServerInvite } from "../library/mod.ts";
import { ACCEPT_LINE, acceptsSdp, newToken, sdpOf } from "../message/mod.ts";
import { SessionDescriptions } from "../sdp/mod.ts";
import { isSecure } from "../transport/flow/mod.ts";
import { IncomingCall, type Invited, type ReplacedCall } from "./incoming.ts";

/** What takes the INVITEs of a user agent. */
export function invitations(agent: Agent): (invite: ServerInvite) => void {
  return (invite) => {
    const { flow } = invite.message;
    if (flow === undefined || agent.isStopping()) return invite.reject(480);
    const replaced = replacedCall(agent, invite.message);
    if (replaced !== undefined && "refusal" in replaced) return invite.reject(replaced.refusal);
    const descriptions = new SessionDescriptions(agent.random);
    descriptions.prefersSecure = isSecure(flow) && agent.account.encryption !== "off";
    descriptions.seenAs = flow.publicAddress?.host;
    const invited = readInvite(agent, invite, descriptions);
    if (invited === undefined) return;
    new IncomingCall({ agent, invite, call: newToken(), flow, replaced, descriptions, invited })
      .start();
  };
}

/** The call whose place an INVITE takes (RFC 3891); undefined when it names none. */
function replacedCall(
  agent: Agent,
  message: RequestMessage,
): ReplacedCall | { refusal: number } | undefined {
  const values = message.headers("replaces");
  if (values.length === 0) return undefined;
  if (values.length > 1) return { refusal: 400 };
  const [callId, ...parameters] = values[0].split(";").map((part) => part.trim());
  const tags = new Map(parameters.map((part) => {
    const [name, value = ""] = part.split("=", 2).map((side) => side.trim());
    return [name.toLowerCase(), value] as const;
  }));
  const toTag = tags.get("to-tag");
  const fromTag = tags.get("from-tag");
  if (toTag === undefined || fromTag === undefined) return { refusal: 400 };
  const dialog = agent.stack.findDialog(callId, toTag, fromTag);
  // §3: an early dialog that we did not begin cannot be replaced; a confirmed one not by early-only.
  if (dialog === undefined || dialog.isEarly && dialog.isOfPeer) return { refusal: 481 };
  if (!dialog.isEarly && tags.has("early-only")) return { refusal: 486 };
  const mayReplace = agent.stack.mayReplace(dialog, message.flow!);
  return (mayReplace ? agent.callOf(dialog) : undefined) ?? { refusal: 481 };
}

/** Undefined: the INVITE has been refused. */
function readInvite(
  agent: Agent,
  invite: ServerInvite,
  descriptions: SessionDescriptions,
): Invited | undefined {
  const { message } = invite;
  if (refusesInterval(invite)) return undefined;
  if (!acceptsSdp(message)) return void invite.reject(406, { reason: "Not Acceptable" });
  const sdp = sdpOf(message);
  if (sdp === undefined && message.body) {
    return void invite.reject(415, { headers: [ACCEPT_LINE] });
  }
  try {
    const offer = sdp === undefined ? null : descriptions.receiveOffer(sdp);
    return { offer, unusable: undefined };
  } catch (thrown) {
    const error = OffhookError.from(thrown);
    // Who may call is the core's to say, and it remembers who could not.
    if (error.code === "no-common-codec" || error.code === "encryption-failed") {
      return { offer: null, unusable: error.toJSON() };
    }
    agent.log("info", `a call was refused: ${error.message}`);
    return void invite.reject(400, { reason: "Bad SDP" });
  }
}
