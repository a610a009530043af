/**
 * Blind and attended transfer as the transferor (RFC 3515, RFC 3891, RFC 5589).
 *
 *     SendRefer ─► REFER ─► 202 ─► NOTIFY (message/sipfrag) … ─► ReferProgress
 *                       └► 4xx ─► ReferProgress with that status
 */
import type { SipEffect } from "../../core/ports/mod.ts";
import { headerValue } from "../../core/account/mod.ts";
import { requestTarget } from "../agent/mod.ts";
import type { Dialog } from "../library/mod.ts";
import { parseUri, type ReadableMessage } from "../message/mod.ts";
import { sendInDialog } from "./in_dialog.ts";
import type { SessionContext } from "./session_context.ts";

/**
 * @throws OffhookError `invalid-target`
 * @param replaced the dialog that the transfer target gets in its place
 */
export function sendRefer(
  context: SessionContext,
  effect: Extract<SipEffect, { type: "SendRefer" }>,
  replaced: Dialog | undefined,
): void {
  const { agent, call, dialog, authentication } = context;
  const { server } = agent.account;
  // It is the peer that will call it: a tel: URI may stay one.
  const target = server === "" && parseUri(effect.target)?.scheme === "tel"
    ? effect.target
    : requestTarget(effect.target, agent.account);
  const referTo = replaced === undefined ? target : withReplaces(target, replaced);
  const headers = [
    `Refer-To: <${headerValue("target", referTo)}>`,
    `Referred-By: <${dialog.localUri}>`,
    agent.contactLine(),
  ];
  sendInDialog(agent, dialog, authentication, { method: "REFER", headers }, (response) => {
    // The 202 says only that the peer will try; NOTIFY says how it went.
    const { status, reason } = response.status < 300 ? { status: 100, reason: "Trying" } : response;
    agent.notify({ type: "ReferProgress", call, status, reason });
  });
}

/** The target's URI with the Replaces of another dialog, seen from its peer (RFC 3891 §3). */
function withReplaces(target: string, { callId, localTag, remoteTag }: Dialog): string {
  const value = `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
  return `${target}?Replaces=${encodeURIComponent(value)}`;
}

/** The status line in a NOTIFY of the refer event; undefined when it is none. */
export function referStatus(
  { body }: Pick<ReadableMessage, "body">,
): { status: number; reason: string } | undefined {
  const match = /^SIP\/2\.0 ([1-6][0-9]{2})(?: ([^\r\n]*))?/i.exec(body);
  if (match === null) return undefined;
  return { status: Number(match[1]), reason: (match[2] ?? "").trim() };
}
