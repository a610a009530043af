/** `offhook dial TARGET`: one call out, from start to exit status. */
import { merge, object } from "@optique/core/constructs";
import { argument, option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import type { ExitCode } from "../core/errors.ts";
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

/** What `redial` takes as well. */
export const dialFlags = merge(
  callOptions,
  object({
    detach: option("--detach", described("Let the station call, print the call's id and leave.")),
  }),
  identityOptions,
  audioOptions,
  outputOptions,
  accountOptions,
  attachOptions,
  tlsOptions,
  logOptions,
);

const parser = merge(
  object({
    target: argument(
      string({ metavar: "TARGET" }),
      described("sip:, sips: or tel: URI, user@host, or a number on the account."),
    ),
  }),
  dialFlags,
);

export type DialValues = InferValue<typeof parser>;

export const dial = defineCommand({
  name: "dial",
  brief: "One call, from start to exit status",
  synopsis: "[OPTIONS] TARGET",
  description: "Calls TARGET and stays until either side hangs up, --duration is over, or the " +
    "microphone's file or pipe is at its end. A complete address is called directly unless an " +
    "account was named or has that server. A running station makes the call, and ends it when " +
    "this command ends, unless --detach leaves it there. With --speaker pipe standard output carries the sound, " +
    "and --json goes to standard error.",
  examples: [
    "dial sip:600@127.0.0.1:5560",
    "dial 0301234567 --mic file:page.wav --json",
    "dial 700 --dtmf 1,w2# --record ivr.wav --duration 30s",
    "dial 600 --detach",
  ],
  parser,
  run: runDialValues,
});

/** On the running station, or on a phone of its own. */
export async function runDialValues(values: DialValues, context: Context): Promise<ExitCode> {
  const { attachedStation } = await lazily<typeof import("./at_station.ts")>(
    import.meta.url,
    "./at_station.ts",
  );
  const attached = await attachedStation(values, context.io);
  if (attached === undefined) {
    return await (await lazily<typeof import("./run_dial.ts")>(import.meta.url, "./run_dial.ts"))
      .runDial(values, context);
  }
  const { dialAtStation } = await lazily<typeof import("./dial_at_station.ts")>(
    import.meta.url,
    "./dial_at_station.ts",
  );
  return await dialAtStation(attached, values, context);
}
