/** `offhook dial TARGET`: one call out, from start to exit status. */
import { type ExitCode, lazily } from "../../../base/mod.ts";
import {
  argument,
  type Context,
  defineCommand,
  flag,
  text,
  type ValuesOf,
} from "../../args/mod.ts";
import { CALLING, type CallingFields } from "../../phone_fields/mod.ts";

export const detachField = {
  detach: flag(["--detach"], "Let the station make the call, print the call's id and exit."),
};

export type DialFlags = typeof detachField & CallingFields;

const fields = {
  target: argument(
    text("TARGET"),
    "sip:, sips: or tel: URI, user@host, or a number that the account dials.",
  ),
  ...detachField,
};

export type DialValues = ValuesOf<typeof fields & DialFlags>;

export const command = defineCommand<typeof fields & DialFlags>({
  description:
    "Calls TARGET and waits until either side hangs up, --duration has passed, or the file or pipe " +
    "of --mic ends. A complete address is called directly, unless you name an account or an account " +
    "has that server. A running station makes the call, and ends it when this command ends; " +
    "with --detach the call continues. With --speaker pipe the sound is on standard output, " +
    "and --json goes to standard error.",
  examples: [
    "dial sip:600@127.0.0.1:5560",
    "dial 0301234567 --mic file:page.wav --json",
    "dial 700 --dtmf 1,w2# --record ivr.wav --duration 30s",
    "dial 600 --detach",
  ],
  fields,
  shared: CALLING,
  run: runDialValues,
});

export async function runDialValues(values: DialValues, context: Context): Promise<ExitCode> {
  const { runDial } = await lazily<typeof import("./run_dial.ts")>(
    import.meta.url,
    "./run_dial.ts",
  );
  return await runDial(values, context);
}
