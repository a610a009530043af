/**
 * `offhook transfer`: hands the other side of a live call on, and waits for what comes of it.
 *
 *     transfer ─► 2xx, or the other side leaves ─► 0
 *         └ refused, nobody answers ─► the call is back ─► the exit code of that
 */
import { type ErrorJson, type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { CallView, Sequenced } from "../../../control/contract/mod.ts";
import type { RemotePhone } from "../../../control/client/mod.ts";
import { argument, defineCommand, flag, text } from "../../args/mod.ts";
import { interruptsOf, type Io, say, sayJson } from "../../process/mod.ts";
import {
  callField,
  LIVE,
  type LiveFields,
  meantCall,
  talking,
  withStation,
} from "../../live/mod.ts";

const fields = {
  target: argument(text("TARGET"), "A number or URI."),
  noWait: flag(["--no-wait"], "Start the transfer and exit without waiting for the result."),
  ...callField,
};

type TransferFields = typeof fields & LiveFields;

/** How it went; an error when the call is back. */
interface Outcome {
  seq: number;
  text: string;
  error?: ErrorJson;
}

export const command = defineCommand<TransferFields>({
  description:
    "Waits until TARGET answers. If it does not, the call continues with you, and the exit status " +
    "says why, as for dial.",
  examples: ["transfer sip:bob@example.com", "transfer 300 --no-wait"],
  fields,
  shared: LIVE,
  run: (values, { io }) =>
    withStation(values, io, async (phone): Promise<ExitCode> => {
      const { calls } = await phone.request("status", {});
      const call = meantCall(calls, values.call, talking);
      const { target, noWait } = values;
      const outcome = noWait
        ? await begin(phone, call, target)
        : await transferred(phone, call, target, io);
      if (outcome === undefined) return 130;
      if (outcome.error !== undefined) throw OffhookError.fromJSON(outcome.error);
      const { seq, text } = outcome;
      if (values.json) {
        await sayJson(io, { schema: "offhook.action/1", action: "transfer", call: call.id, seq });
      } else if (!values.quiet) await say(io, text);
      return 0;
    }),
});

async function begin(phone: RemotePhone, call: CallView, target: string): Promise<Outcome> {
  const { seq } = await phone.request("transfer", { call: call.id, target });
  return { seq, text: `transferring ${call.remote.uri} to ${target}` };
}

/** @returns undefined when interrupted: the transfer goes on */
async function transferred(
  phone: RemotePhone,
  call: CallView,
  target: string,
  io: Io,
): Promise<Outcome | undefined> {
  const interrupts = interruptsOf(io);
  const { promise: settled, resolve } = Promise.withResolvers<Outcome>();
  const lost = phone.closed.then((error) => {
    throw error ?? new OffhookError("internal", "left the station");
  });
  lost.catch(() => {});
  try {
    await phone.subscribe((event) => {
      const outcome = outcomeIn(event, call, target);
      if (outcome !== undefined) resolve(outcome);
    });
    await begin(phone, call, target);
    return await Promise.race([settled, lost, interrupts.promise.then(() => undefined)]);
  } finally {
    interrupts.close();
  }
}

/** What an event says about the transfer; undefined: nothing final. */
function outcomeIn(
  event: Sequenced,
  { id, remote }: CallView,
  target: string,
): Outcome | undefined {
  const { seq } = event;
  if (event.type === "call.transfer" && event.call.id === id && event.detail.failed) {
    return { seq, text: "", error: event.detail.error };
  }
  if (event.type !== "call.ended" || event.record.id !== id) return undefined;
  const { reason, endedBy, error } = event.record;
  if (error !== undefined) return { seq, text: "", error };
  if (reason === "transferred") return { seq, text: `${remote.uri} talks with ${target} now` };
  if (endedBy === "remote") return { seq, text: `${remote.uri} left for ${target}` };
  const text = `the call was ended before ${target} answered: ${reason}`;
  return { seq, text: "", error: new OffhookError("interrupted", text).toJSON() };
}
