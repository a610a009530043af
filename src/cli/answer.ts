/** `offhook answer`: wait for calls and answer them, or refuse them. */
import { group, merge, object } from "@optique/core/constructs";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import { OffhookError } from "../core/errors.ts";
import { type Context, defineCommand } from "./command.ts";
import { lazily } from "./lazily.ts";
import {
  accountOptions,
  attachOptions,
  audioOptions,
  callOptions,
  described,
  identityOptions,
  logOptions,
  outputOptions,
  tlsOptions,
} from "./options.ts";
import { listenAddress, value, wholeNumber } from "./values.ts";

const parser = merge(
  group(
    "Which calls",
    object({
      listen: optional(option(
        "--listen",
        value("ADDRESS:PORT", "", listenAddress),
        described("Take direct calls there, without an account; port 0 is any free one."),
      )),
      accept: multiple(option(
        "--accept",
        string({ metavar: "FROM" }),
        described("Only calls from this user, user@host or URI; * is a wildcard. Repeatable."),
      )),
      reject: optional(option(
        "--reject",
        wholeNumber("CODE", 400, 699),
        described("Refuse the call with this SIP status instead of answering."),
      )),
      count: withDefault(
        option("--count", wholeNumber("N", 0, 1_000_000), described("So many calls; 0: no end.")),
        1,
      ),
      call: optional(option(
        "--call",
        string({ metavar: "ID" }),
        described("The ringing call of a running station to answer; needed when several ring."),
      )),
      detach: option("--detach", described("Leave the answered call to the station.")),
    }),
  ),
  callOptions,
  identityOptions,
  audioOptions,
  outputOptions,
  accountOptions,
  attachOptions,
  tlsOptions,
  logOptions,
);

export type AnswerValues = InferValue<typeof parser>;

export const answer = defineCommand({
  name: "answer",
  brief: "Wait for a call and answer it",
  synopsis: "[OPTIONS]",
  description:
    "Registers the account, or listens on an address, waits for a call and answers it. " +
    "A second call meanwhile is busy. With a running station it answers what rings there, and " +
    "leaves other calls alone. --json prints one object for each call. The exit status is " +
    "that of the first call that failed, 6 when nobody called within --timeout.",
  examples: [
    "answer --mic file:welcome.wav --record caller.wav",
    "answer --listen 127.0.0.1:5070 --mic tone --speaker null --json",
    "answer --accept 'alice@*' --count 0",
    "answer --reject 486",
    "answer --detach",
  ],
  parser,
  async run(values: AnswerValues, context: Context) {
    if (values.from !== undefined && values.reject !== undefined) {
      throw new OffhookError("usage", "--from is for an answer, --reject gives none", {
        hint: "Leave one of them away.",
      });
    }
    const { attachedStation } = await lazily<typeof import("./at_station.ts")>(
      import.meta.url,
      "./at_station.ts",
    );
    const attached = await attachedStation(values, context.io);
    if (attached === undefined) {
      return await (await lazily<typeof import("./run_answer.ts")>(
        import.meta.url,
        "./run_answer.ts",
      )).runAnswer(values, context);
    }
    const { answerAtStation } = await lazily<typeof import("./answer_at_station.ts")>(
      import.meta.url,
      "./answer_at_station.ts",
    );
    return await answerAtStation(attached, values, context);
  },
});
