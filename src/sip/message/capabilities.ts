/** What this user agent understands, as its messages say it. Pure. */
import { DTMF, DTMF_RELAY } from "./dtmf_relay.ts";
import type { MessageBody, ReadableMessage } from "./readable_message.ts";

/** The methods that we take. */
export const SIP_METHODS: readonly string[] =
  "INVITE ACK CANCEL BYE PRACK UPDATE INFO REFER NOTIFY OPTIONS"
    .split(" ");
/** Option tags of Supported (RFC 3261 §20.37). */
export const SUPPORTED: readonly string[] = ["100rel", "replaces", "timer"];
const SDP = "application/sdp";
export const ALLOW_LINE = `Allow: ${SIP_METHODS.join(", ")}`;
export const ACCEPT_LINE = `Accept: ${SDP}, ${DTMF_RELAY}, ${DTMF}`;

type Headers = Pick<ReadableMessage, "headers">;

/** The tokens of a comma-separated header, lower case. */
export function tokens(message: Headers, name: string): string[] {
  return message.headers(name)
    .flatMap((value) => value.split(","))
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== "");
}

export function supports(message: Headers, option: string): boolean {
  return tokens(message, "supported").includes(option) || requires(message, option);
}

export function requires(message: Headers, option: string): boolean {
  return tokens(message, "require").includes(option);
}

/** The required options that we do not know (RFC 3261 §8.2.2.3). */
export function unsupportedOptions(message: Headers): string[] {
  return [...new Set(tokens(message, "require"))].filter((option) => !SUPPORTED.includes(option));
}

/** Whether the sender takes our SDP: an Accept header may say no (RFC 3261 §20.1, §21.4.7). */
export function acceptsSdp(message: Headers): boolean {
  const values = message.headers("accept").flatMap((value) => value.split(","));
  if (values.every((value) => value.trim() === "")) return values.length === 0;
  const types = values.map((value) => value.split(";", 1)[0].trim().toLowerCase());
  return types.some((type) => type === SDP || type === "application/*" || type === "*/*");
}

/** The message's SDP; undefined when it has none. */
export function sdpOf(message: ReadableMessage): string | undefined {
  if (!message.body) return undefined;
  return message.header("content-type")?.split(";", 1)[0].trim().toLowerCase() === SDP
    ? message.body
    : undefined;
}

export function sdpBody(content: string): MessageBody {
  return { disposition: "session", type: SDP, content };
}
