/** `offhook answer`: wait for calls and answer them, or refuse them. */
import { lazily, OffhookError } from "../../../base/mod.ts";
import {
  CALLING,
  type CallingFields,
  DURATION,
  readListenAddress,
} from "../../phone_fields/mod.ts";
import {
  defineCommand,
  flag,
  option,
  readCallerPattern,
  readOrigin,
  readWholeNumber,
  repeated,
  text,
  type ValuesOf,
} from "../../args/mod.ts";

const fields = {
  listen: option(
    "--listen",
    { metavar: "ADDRESS:PORT", read: readListenAddress },
    "Take direct calls on this address, without an account; port 0 picks a free one.",
  ),
  allowOrigin: repeated(
    "--allow-origin",
    { metavar: "ORIGIN", read: readOrigin },
    "With --listen by ws or wss: a web page that may connect, such as https://pbx.example. Repeatable.",
  ),
  accept: repeated(
    "--accept",
    { metavar: "FROM", read: readCallerPattern },
    "Only calls from this user, user@host or URI; * is a wildcard. May be repeated.",
  ),
  reject: option(
    "--reject",
    { metavar: "CODE", read: readWholeNumber(400, 699) },
    "Refuse the call with this SIP status instead of answering.",
  ),
  count: option(
    "--count",
    { metavar: "N", read: readWholeNumber(0, 1_000_000) },
    "Exit after this many calls; 0: never.",
  ),
  call: option(
    "--call",
    text("ID"),
    "The ringing call of a running station to answer; needed when several ring.",
  ),
  detach: flag(["--detach"], "Let the station keep the answered call, and exit."),
};

const timeout = option(
  "--timeout",
  DURATION,
  "Give up when nobody calls within this time; no limit by default.",
);

type AnswerFields = typeof fields & CallingFields;

export type AnswerValues = ValuesOf<AnswerFields>;

export const command = defineCommand<AnswerFields>({
  description:
    "Registers the account, or listens on an address, waits for a call and answers it. " +
    "A second caller gets busy. With a running station it answers the call that rings there, and " +
    "does not touch other calls. --json prints one object for each call. With --count each file " +
    "of --record and --speaker gets a number: caller-1.wav, caller-2.wav. The exit status is " +
    "that of the first call that failed, or 6 when nobody called within --timeout.",
  examples: [
    "answer --mic file:welcome.wav --record caller.wav",
    "answer --listen 127.0.0.1:5070 --mic tone --speaker null --json",
    "answer --accept 'alice@*' --count 0",
    "answer --reject 486",
    "answer --detach",
  ],
  shared: { "Which calls": fields, ...CALLING, Call: { ...CALLING.Call, timeout } },
  async run(values, context) {
    if (values.from !== undefined && values.reject !== undefined) {
      throw new OffhookError("usage", "--from is for an answer, --reject gives none", {
        hint: "Leave out one of them.",
      });
    }
    const { runAnswer } = await lazily<typeof import("./run_answer.ts")>(
      import.meta.url,
      "./run_answer.ts",
    );
    return await runAnswer(values, context);
  },
});
