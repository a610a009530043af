/** Who calls, as people write it. Pure. */
import { type PartyIdentity, resolveTarget } from "../../core/account/mod.ts";
import { OffhookError } from "../../base/mod.ts";

/** Completes numbers, to see whether they are any; the phone completes them with the real server. */
const ANY_SERVER = { server: "server.invalid" };

/** `Name <URI>`, `"Name" <URI>`, or what can be dialled. @throws OffhookError `usage` */
export function partyOf(text: string): PartyIdentity {
  const named = /^\s*(?:"((?:[^"\\]|\\[^])*)"|([^"<>]*?))\s*<([^<>]+)>\s*$/.exec(text);
  const address = named?.[3] ?? text;
  try {
    const { uri, host } = resolveTarget(address, ANY_SERVER);
    const meant = host === undefined ? address.trim() : uri;
    const displayName = (named?.[1]?.replace(/\\([^])/g, "$1") ?? named?.[2] ?? "").trim();
    return displayName === "" ? { uri: meant } : { uri: meant, displayName };
  } catch (error) {
    const { message } = OffhookError.from(error);
    throw new OffhookError("usage", `--from: ${message}`, {
      hint: `Write sip:user@host or "Name <sip:user@host>".`,
    });
  }
}
