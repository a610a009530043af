/** Who calls, and whose calls are taken, as people write it. Pure. Not on the real-time path. */
import type { Snapshot } from "../../control/contract/phone.ts";
import type { Party } from "../../core/account/account.ts";
import { OffhookError } from "../../base/errors.ts";
import { resolveTarget } from "../../core/account/target.ts";

/** `Name <URI>`, `"Name" <URI>`, or what can be dialled. @throws OffhookError `usage` */
export function partyOf(text: string, server: string | undefined): Party {
  const named = /^\s*(?:"((?:[^"\\]|\\[^])*)"|([^"<>]*?))\s*<([^<>]+)>\s*$/.exec(text);
  const context = server === undefined ? {} : { server };
  try {
    if (named === null) return { uri: resolveTarget(text, context).uri };
    const displayName = (named[1]?.replace(/\\([^])/g, "$1") ?? named[2] ?? "").trim();
    const { uri } = resolveTarget(named[3]!, context);
    return displayName === "" ? { uri } : { uri, displayName };
  } catch (error) {
    const { message } = OffhookError.from(error);
    throw new OffhookError("usage", `--from: ${message}`, {
      hint: `Write sip:user@host or "Name <sip:user@host>".`,
    });
  }
}

/** The server of a station's account, without a name of its first one; undefined when it has none. */
export function serverOf(
  account: string | undefined,
  { accounts }: Pick<Snapshot, "accounts">,
): string | undefined {
  const found = account === undefined ? accounts[0] : accounts.find(({ id }) => id === account);
  return found === undefined ? undefined : serverIn(found.uri);
}

/** `host:port` of an address of record. */
export function serverIn(uri: string): string {
  return uri.slice(uri.lastIndexOf("@") + 1);
}

/** With the name that our contacts have; what the other side calls itself is only its word. */
export function partyWords({ uri, contact }: Party): string {
  return contact === undefined ? uri : `${contact} ${uri}`;
}
