/**
 * The subcommands that act on a live call of a running station, one row each.
 *
 *     offhook hold [--call ID]  ─► the call that is meant ─► one method of the control API
 */
import type { CallView, Phone } from "../../../control/contract/phone.ts";
import { say, sayJson } from "../../process/io.ts";
import { callField, LIVE, type LiveFields, withStation } from "../../station/live.ts";
import { meantCall } from "../../station/meant_call.ts";
import { argument, type Fields, flag, option, text, type ValuesOf } from "../../args/fields.ts";
import { type Command, defineCommand } from "../../args/command.ts";
import { dtmfDigits, readWholeNumber } from "../../args/readers.ts";

interface CallAction<F extends Fields> {
  name: string;
  description?: string;
  examples: string[];
  /** What the command takes besides the common flags. */
  takes: F;
  /** Which calls it can mean when none is named. */
  fits(call: CallView): boolean;
  act(phone: Phone, call: CallView, values: ValuesOf<F>): Promise<{ seq: number }>;
  /** What was done, as a person says it. */
  done(call: CallView, values: ValuesOf<F>): string;
}

export const talking = ({ state }: CallView) => state === "active" || state === "held";

type ActionFields = typeof callField & LiveFields;

function action<F extends Fields>(row: CallAction<F>): Command {
  const { name, description, examples } = row;
  return defineCommand<ActionFields>({
    ...(description === undefined ? {} : { description }),
    examples,
    fields: { ...row.takes, ...callField },
    shared: LIVE,
    run: (values, { io }) =>
      withStation(values, io, async (phone) => {
        // What the row takes is among the values, by its own names.
        const own = values as unknown as ValuesOf<F>;
        const { calls } = await phone.request("status", {});
        const call = meantCall(calls, values.call, row.fits);
        const { seq } = await row.act(phone, call, own);
        if (values.json) {
          await sayJson(io, { schema: "offhook.action/1", action: name, call: call.id, seq });
        } else if (!values.quiet) await say(io, row.done(call, own));
        return 0;
      }),
  });
}

export const hangup = action({
  name: "hangup",
  examples: ["hangup", "hangup --call 3f9a21c0"],
  takes: {},
  fits: ({ state }) => state !== "ending",
  act: (phone, { id }) => phone.request("hangup", { call: id }),
  done: ({ remote }) => `hung up on ${remote.uri}`,
});

export const hold = action({
  name: "hold",
  examples: ["hold"],
  takes: {},
  fits: ({ state }) => state === "active",
  act: (phone, { id }) => phone.request("hold", { call: id }),
  done: ({ remote }) => `holding ${remote.uri}`,
});

export const resume = action({
  name: "resume",
  examples: ["resume"],
  takes: {},
  fits: ({ state }) => state === "held",
  act: (phone, { id }) => phone.request("resume", { call: id }),
  done: ({ remote }) => `talking to ${remote.uri}`,
});

export const mute = action({
  name: "mute",
  examples: ["mute"],
  takes: {},
  fits: (call) => talking(call) && !call.muted,
  act: (phone, { id }) => phone.request("mute", { call: id, muted: true }),
  done: ({ remote }) => `muted towards ${remote.uri}`,
});

export const unmute = action({
  name: "unmute",
  examples: ["unmute"],
  takes: {},
  fits: (call) => call.muted,
  act: (phone, { id }) => phone.request("mute", { call: id, muted: false }),
  done: ({ remote }) => `heard by ${remote.uri} again`,
});

export const dtmf = action({
  name: "dtmf",
  examples: ["dtmf 42#", "dtmf 1,w2"],
  takes: {
    digits: argument(
      { metavar: "DIGITS", read: dtmfDigits },
      "0-9, *, #, A-D; w waits one second, a comma two.",
    ),
  },
  fits: (call) => talking(call) || call.state === "early",
  act: (phone, { id }, { digits }) => phone.request("dtmf", { call: id, digits }),
  done: ({ remote }, { digits }) => `sending ${digits} to ${remote.uri}`,
});

export const reject = action({
  name: "reject",
  examples: ["reject", "reject --status 486", "reject --status 302 --to bob@example.com"],
  takes: {
    status: option(
      "--status",
      { metavar: "CODE", read: readWholeNumber(300, 699) },
      "SIP status to refuse with; 603 by default.",
    ),
    to: option(
      "--to",
      text("TARGET"),
      "Where the caller shall call instead; needed with 300 to 399, 302 by default.",
    ),
  },
  fits: (call) => call.state === "ringing" && call.direction === "incoming",
  act: (phone, { id }, { to, status = to === undefined ? undefined : 302 }) =>
    phone.request("reject", {
      call: id,
      ...(status === undefined ? {} : { status }),
      ...(to === undefined ? {} : { target: to }),
    }),
  done: ({ remote }) => `refused ${remote.uri}`,
});

export const follow = action({
  name: "follow",
  description:
    'Answers a transfer that waits for it ([calls] transfers = "ask"), within 20 seconds.',
  examples: ["follow", "follow --no"],
  takes: { no: flag(["--no"], "Stay in the call.") },
  fits: ({ transferAsked }) => transferAsked !== undefined,
  act: (phone, { id }, { no }) => phone.request("answerTransfer", { call: id, follow: !no }),
  done: ({ remote, transferAsked }, { no }) =>
    no ? `staying with ${remote.uri}` : `going to ${transferAsked}`,
});

export const swap = defineCommand<LiveFields>({
  examples: ["swap"],
  shared: LIVE,
  run: (values, { io }) =>
    withStation(values, io, async (phone) => {
      const { seq } = await phone.request("swap", {});
      if (values.json) await sayJson(io, { schema: "offhook.action/1", action: "swap", seq });
      return 0;
    }),
});
