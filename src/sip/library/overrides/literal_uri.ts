/**
 * SIP.js's URI, kept as it was written.
 *
 * What is wrong: its URI (1) knows sip and sips only, so a tel: URI has no object at all, (2) decodes
 * the user part when it reads and escapes it differently when it writes (`1;phone-context=x` becomes
 * `1%3Bphone-context=x`, another user by RFC 3261 §19.1.4), (3) throws in `toString` for escapes that
 * are not UTF-8. This one prints the text that came.
 */
import { URI } from "sip.js/lib/core/index.js";
import { decodedUser, type ParsedUri, parseUri, withoutHeaders } from "../../message/mod.ts";

export class LiteralUri extends URI {
  constructor(readonly parsed: ParsedUri) {
    super(
      parsed.scheme,
      decodedUser(parsed),
      // URI insists on a host; other schemes have none.
      parsed.host === "" ? `${parsed.scheme}.invalid` : parsed.host,
      parsed.port,
      Object.fromEntries(parsed.parameters) as Record<string, string>,
    );
  }

  /** @returns undefined when `text` is no URI */
  static parse(text: string): LiteralUri | undefined {
    const parsed = parseUri(text);
    return parsed === undefined ? undefined : new LiteralUri(parsed);
  }

  withoutHeaders(): LiteralUri {
    return new LiteralUri(withoutHeaders(this.parsed));
  }

  override clone(): LiteralUri {
    return this;
  }

  override toRaw(): string {
    return this.parsed.text;
  }

  override toString(): string {
    return this.parsed.text;
  }
}
