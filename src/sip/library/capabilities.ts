/** What this user agent understands, as its messages say it. Pure. */
import type { IncomingRequestMessage, IncomingResponseMessage } from "sip.js/lib/core/index.js";
import { METHODS } from "./allowed_methods.ts";
import { DTMF_RELAY } from "../message/dtmf_relay.ts";

/** Option tags of Supported (RFC 3261 §20.37). */
export const SUPPORTED: readonly string[] = ["100rel", "replaces", "timer"];
export const SDP = "application/sdp";
export const ALLOW_LINE = `Allow: ${METHODS.join(", ")}`;
export const ACCEPT_LINE = `Accept: ${SDP}, ${DTMF_RELAY}`;

type Message = IncomingRequestMessage | IncomingResponseMessage;

/** The tokens of a comma-separated header, lower case. */
export function tokens(message: Message, name: string): string[] {
  return message.getHeaders(name)
    .flatMap((value) => value.split(","))
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== "");
}

export function supports(message: Message, option: string): boolean {
  return tokens(message, "supported").includes(option) || requires(message, option);
}

export function requires(message: Message, option: string): boolean {
  return tokens(message, "require").includes(option);
}

/** The required options that we do not know (RFC 3261 §8.2.2.3). */
export function unsupportedOptions(message: Message): string[] {
  return [...new Set(tokens(message, "require"))].filter((option) => !SUPPORTED.includes(option));
}

/** Whether the sender takes our SDP: an Accept header may say no (RFC 3261 §20.1, §21.4.7). */
export function acceptsSdp(message: Message): boolean {
  const values = message.getHeaders("accept").flatMap((value) => value.split(","));
  if (values.every((value) => value.trim() === "")) return values.length === 0;
  const types = values.map((value) => value.split(";", 1)[0].trim().toLowerCase());
  return types.some((type) => type === SDP || type === "application/*" || type === "*/*");
}

/** The message's SDP; undefined when it has none. */
export function sdpOf(message: Message): string | undefined {
  if (!message.body) return undefined;
  return message.getHeader("content-type")?.split(";", 1)[0].trim().toLowerCase() === SDP
    ? message.body
    : undefined;
}
