/** What we answer and ask, in the words of SIP.js. */
import type { Body, RequestOptions, ResponseOptions } from "sip.js/lib/core/index.js";
import type { MessageBody } from "../message/mod.ts";

/** What a response of ours says besides its status. */
export interface Answer {
  reason?: string;
  /** Complete header lines. */
  headers?: readonly string[];
  body?: MessageBody;
}

export function responseOptions(
  statusCode: number,
  { reason, headers, body }: Answer,
): ResponseOptions {
  return {
    statusCode,
    ...(reason === undefined ? {} : { reasonPhrase: reason }),
    ...requestOptions(headers ?? [], body),
  };
}

export function requestOptions(headers: readonly string[], body?: MessageBody): RequestOptions {
  return { extraHeaders: [...headers], ...(body === undefined ? {} : { body: bodyOf(body) }) };
}

export function bodyOf({ disposition, type, content }: MessageBody): Body {
  return { contentDisposition: disposition, contentType: type, content };
}
