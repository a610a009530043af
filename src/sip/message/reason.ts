/** The Reason header (RFC 3326). Pure. */
import type { ReadableMessage } from "./readable_message.ts";
import { parseParameterised, unquoted } from "./name_addr.ts";

type Headers = Pick<ReadableMessage, "headers">;

interface Reason {
  protocol: string;
  cause: number | undefined;
  text: string | undefined;
}

function reasonsOf(message: Headers): Reason[] {
  return message.headers("reason").flatMap((value) =>
    // Texts with commas are quoted; splitting before a protocol name is enough.
    value.split(/,(?=\s*[A-Za-z0-9.\-]+\s*;)/).map((part) => {
      const { value: protocol, parameters } = parseParameterised(part);
      const cause = Number(parameters.get("cause") ?? Number.NaN);
      const text = parameters.get("text");
      return {
        protocol,
        cause: Number.isInteger(cause) ? cause : undefined,
        text: text === undefined || text === null ? undefined : unquoted(text),
      };
    })
  );
}

/** What the peer says of its reason in words; undefined when it says nothing. */
export function reasonText(message: Headers): string | undefined {
  return reasonsOf(message).find((reason) => reason.text !== undefined && reason.text !== "")?.text;
}

/** Whether a CANCEL says that another phone took the call (RFC 3326 §3.1, cause 200). */
export function isAnsweredElsewhere(message: Headers): boolean {
  return reasonsOf(message).some(({ protocol, cause, text }) =>
    protocol === "sip" && cause === 200 || /completed elsewhere/i.test(text ?? "")
  );
}
