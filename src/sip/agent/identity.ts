/**
 * Who is who in a message: our own From, and the peer as From, P-Asserted-Identity (RFC 3325) or
 * Remote-Party-ID name it.
 */
import {
  isCallable,
  type NameAddr,
  type ParsedUri,
  parseNameAddrList,
  parseUri,
  type ReadableMessage,
  unquoted,
  withoutHeaders,
} from "../message/mod.ts";
import type { Account, PartyIdentity } from "../../core/account/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { RequestOrigin } from "../../core/ports/mod.ts";

/**
 * The peer of a call: what the account's server asserts, else what the peer says of itself. A stranger
 * may assert whatever it likes; only a server of our own domain of trust counts (RFC 3325 §5).
 * @param own the header that names the peer: From of a request, To of a response
 */
export function remoteParty(
  message: ReadableMessage,
  own: "from" | "to",
  origin: RequestOrigin,
): PartyIdentity {
  const asserted = origin === "server" ? assertedParty(message) : undefined;
  return asserted ?? partyOf(message.header(own) ?? "") ??
    { uri: "sip:anonymous@anonymous.invalid" };
}

function assertedParty(message: ReadableMessage): PartyIdentity | undefined {
  for (const name of ["p-asserted-identity", "remote-party-id"]) {
    const parties = message.headers(name).flatMap((value) => parseNameAddrList(value) ?? []);
    // A tel: URI may stand beside a SIP URI (RFC 3325 §9.1); the SIP URI can be called back.
    const best = parties.find(({ uri }) => uri.scheme.startsWith("sip")) ?? parties[0];
    if (best !== undefined) return toParty(best);
  }
  return undefined;
}

/** A name-addr value as a party; undefined when it is none. */
export function partyOf(value: string): PartyIdentity | undefined {
  const list = parseNameAddrList(value);
  return list === undefined ? undefined : toParty(list[0]);
}

function toParty({ uri, displayName }: NameAddr): PartyIdentity {
  const name = displayName === undefined ? "" : unquoted(displayName).trim();
  return {
    uri: withoutHeaders(uri).text,
    ...(name === "" ? {} : { displayName: name }),
  };
}

/**
 * A URI that a request of ours may be for. A tel: URI becomes `sip:NUMBER@server;user=phone`
 * (RFC 3261 §19.1.6). Without a server the account's transport is written into the URI, which is then
 * what chooses it.
 * @throws OffhookError `invalid-target`
 */
export function requestTarget(target: string, account: Account): string {
  const { server, transport } = account;
  const { text, parameters, scheme } = targetUri(target, server);
  if (server !== "" || transport === undefined || transport === "udp") return text;
  if (parameters.has("transport") || scheme === "sips") return text;
  return `${text};transport=${transport}`;
}

function targetUri(target: string, domain: string): ParsedUri {
  const uri = parseUri(target);
  const scheme = uri?.scheme ?? "";
  if (uri === undefined || !isCallable(scheme)) {
    throw new OffhookError(
      "invalid-target",
      `${JSON.stringify(target)} is not an address to call`,
      {
        hint: "Use sip:user@host, sips:user@host or tel:+number.",
        data: { target },
      },
    );
  }
  if (scheme !== "tel") return withoutHeaders(uri);
  if (domain === "") {
    throw new OffhookError("invalid-target", `${target} can only be called through an account`, {
      hint: "Use a sip: address, or an account.",
      data: { target },
    });
  }
  const number = target.slice(4).replaceAll("#", "%23");
  return parseUri(`sip:${number}@${domain};user=phone`) ?? uri;
}
