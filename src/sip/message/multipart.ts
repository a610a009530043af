/**
 * The SDP inside a multipart body (RFC 5621, RFC 2046 §5.1): gateways send it beside ISUP or PIDF.
 * One level deep; line ends may be bare LFs. Pure; never throws.
 */
import { parseParameterised, unquoted } from "./name_addr.ts";

const SDP = "application/sdp";

/**
 * @param contentType value of the message's Content-Type
 * @returns undefined when the body is no multipart or has no SDP in it
 */
export function sdpPart(contentType: string, body: string): string | undefined {
  const { value, parameters } = parseParameterised(contentType);
  const boundary = unquoted(parameters.get("boundary") ?? "");
  if (!value.startsWith("multipart/") || boundary === "") return undefined;
  const parts = `\n${body}`.split(`\n--${boundary}`);
  for (const part of parts.slice(1)) {
    if (part.startsWith("--")) break;
    const end = /\r?\n\r?\n/.exec(part);
    if (end === null) continue;
    // The rest of the delimiter's line comes before the part's headers.
    const headers = part.slice(part.indexOf("\n"), end.index);
    const type = /\ncontent-type[ \t]*:[ \t]*([^;\r\n]+)/i.exec(headers)?.[1];
    if (type?.trim().toLowerCase() !== SDP) continue;
    return `${part.slice(end.index + end[0].length).replace(/\r$/, "")}\r\n`;
  }
  return undefined;
}
