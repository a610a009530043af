/**
 * The SDP inside a multipart body (RFC 5621, RFC 2046 §5.1): gateways send it beside ISUP or PIDF.
 * One level deep. Pure; never throws.
 */
import { parseParameterised, unquoted } from "./uri.ts";

const SDP = "application/sdp";

/**
 * @param contentType value of the message's Content-Type
 * @returns undefined when the body is no multipart or has no SDP in it
 */
export function sdpPart(contentType: string, body: string): string | undefined {
  const { value, parameters } = parseParameterised(contentType);
  const boundary = unquoted(parameters.get("boundary") ?? "");
  if (!value.startsWith("multipart/") || boundary === "") return undefined;
  const parts = `\r\n${body}`.split(`\r\n--${boundary}`);
  for (const part of parts.slice(1)) {
    if (part.startsWith("--")) break;
    const end = part.indexOf("\r\n\r\n");
    // The rest of the delimiter's line comes before the part's headers.
    const headers = end === -1 ? "" : part.slice(part.indexOf("\r\n"), end + 2);
    const type = /\r\ncontent-type[ \t]*:[ \t]*([^;\r\n]+)/i.exec(headers)?.[1];
    if (type?.trim().toLowerCase() === SDP) return `${part.slice(end + 4)}\r\n`;
  }
  return undefined;
}
