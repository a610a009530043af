/**
 * The SIP messages of the last calls, for the ladder that a face draws.
 *
 *     trace ─► ring of raw messages ─► ladder(Call-ID): parsed and redacted only when asked for
 *
 * Not on the real-time path; a message costs its place in the ring.
 */
import { clean, cleanLines } from "../../base/mod.ts";
import type { LadderMessage } from "../../control/contract/mod.ts";
import { redacted, type TraceRecord } from "../../sip/message/mod.ts";

/** Messages that are remembered, all calls together. */
const KEEP = 400;

export class SipLog {
  readonly #records: TraceRecord[] = [];

  /** Takes a message of the trace. Never throws. */
  readonly take = (record: TraceRecord): void => {
    this.#records.push(record);
    if (this.#records.length > KEEP) this.#records.shift();
  };

  /** The messages with this Call-ID, oldest first. */
  ladder(sipCallId: string): LadderMessage[] {
    return this.#records.filter(({ text }) => callIdOf(text) === sipCallId).map(toLadder);
  }
}

function callIdOf(text: string): string | undefined {
  return /^(?:call-id|i)[ \t]*:[ \t]*(\S+)/im.exec(text)?.[1];
}

function toLadder({ time, direction, transport, remote, text }: TraceRecord): LadderMessage {
  const [first = ""] = text.split(/\r?\n/, 1);
  const status = /^SIP\/2\.0 (\d{3} ?.*)$/i.exec(first)?.[1];
  return {
    at: time,
    direction,
    transport,
    peer: `${remote.host.includes(":") ? `[${remote.host}]` : remote.host}:${remote.port}`,
    summary: clean(status ?? first.split(" ")[0] ?? ""),
    cseq: clean(/^cseq[ \t]*:[ \t]*([^\r\n]*)/im.exec(text)?.[1] ?? ""),
    text: cleanLines(redacted(text)),
  };
}
