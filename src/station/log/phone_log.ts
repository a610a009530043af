/**
 * What a phone writes into its log, by level:
 *
 *     warning, error   what went wrong
 *     info             calls, registrations and connections, as faces are told of them
 *     debug            a line for each SIP message; media reports; what SIP.js remarks
 *     trace            what the core takes and what it asks for
 */
import type { Effect, Input } from "../../core/state/mod.ts";
import { clean } from "../../base/mod.ts";
import { formatHostPort } from "../../base/network/mod.ts";
import type { TraceRecord } from "../../sip/message/mod.ts";
import type { EventLine } from "./event_log.ts";

/** What the core did with an input or an effect. */
export type Verb = "takes" | "asks for";

/** A PIN may be among them. */
const SECRET = new Set(["digit", "digits"]);

/** `out udp 192.0.2.1:5060: INVITE sip:600@example.com (1 INVITE)`; the whole is the trace's. */
export function messageLine({ direction, transport, remote, text }: TraceRecord): EventLine {
  const [start = ""] = text.split(/\r?\n/, 1);
  const cseq = /^cseq[ \t]*:[ \t]*([^\r\n]*)/im.exec(text)?.[1];
  const callId = /^(?:call-id|i)[ \t]*:[ \t]*(\S+)/im.exec(text)?.[1];
  const what = `${start.replace(/ SIP\/2\.0$/i, "")}${cseq === undefined ? "" : ` (${cseq})`}`;
  return {
    text: clean(`${direction} ${transport} ${formatHostPort(remote)}: ${what}`),
    facts: { level: "debug", ...(callId === undefined ? {} : { callId }) },
  };
}

/**
 * `core takes CallProgress status=180 reason=Ringing`: what is plain of it, never digits.
 * @param callIds of the calls, by their ids; one that is new in `what` is added
 */
export function coreLine(
  verb: Verb,
  what: Input | Effect,
  callIds: Map<string, string>,
): EventLine {
  const plain = Object.entries(what)
    .filter(([name, value]) => name !== "type" && name !== "call" && isPlain(value))
    .map(([name, value]) => ` ${name}=${SECRET.has(name) ? "…" : value}`);
  const text = clean(`core ${verb} ${what.type}${plain.join("")}`);
  if (!("call" in what) || what.call === undefined) return { text, facts: { level: "trace" } };
  const { call } = what;
  const callId = rememberedCallId(what, callIds);
  return { text, facts: { level: "trace", call, ...(callId === undefined ? {} : { callId }) } };
}

/** The Call-ID of what it is about; remembered, also where no line is written of it. */
export function rememberedCallId(
  what: Input | Effect,
  callIds: Map<string, string>,
): string | undefined {
  if (!("call" in what) || what.call === undefined) return undefined;
  const { call } = what;
  if ("sipCallId" in what && what.sipCallId) callIds.set(call, what.sipCallId);
  const callId = callIds.get(call);
  // A call that is refused at once has no other end; the ends of others bring their Call-ID along.
  if (what.type === "SendReject") callIds.delete(call);
  return callId;
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
