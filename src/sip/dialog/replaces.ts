/** The Replaces header (RFC 3891) of a call to us. Not on the real-time path. */
import { type IncomingRequestMessage, InviteServerTransaction } from "sip.js/lib/core/index.js";
import type { SessionDialog, UserAgentCore } from "sip.js/lib/core/index.js";

/** What the header leads to: a dialog of ours, a refusal, or nothing when there is no header. */
export type Replaced = { dialog: SessionDialog } | { refusal: number } | undefined;

export function replacedDialog(core: UserAgentCore, message: IncomingRequestMessage): Replaced {
  const values = message.getHeaders("replaces");
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
  const dialog = core.dialogs.get(`${callId}${toTag}${fromTag}`) as SessionDialog | undefined;
  if (dialog === undefined) return { refusal: 481 };
  // §3: an early dialog that we did not begin cannot be replaced; a confirmed one not by early-only.
  const begunByPeer = (dialog as unknown as { initialTransaction: unknown }).initialTransaction;
  if (dialog.early && begunByPeer instanceof InviteServerTransaction) return { refusal: 481 };
  if (!dialog.early && tags.has("early-only")) return { refusal: 486 };
  return { dialog };
}
