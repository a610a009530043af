/** `offhook register`: register, report the result, unregister; or `--stay`. */
import { defineCommand, durationMs, flag, option, type ValuesOf } from "../../args/mod.ts";
import { PHONE, type PhoneFields } from "../../phone_fields/mod.ts";
import { lazily } from "../../../base/mod.ts";

const fields = {
  stay: flag(["--stay"], "Stay registered until interrupted, and report changes."),
  timeout: option(
    "--timeout",
    { metavar: "DURATION", read: durationMs },
    "Give up when there is no answer after this time; 35 s by default.",
  ),
};

export type RegisterValues = ValuesOf<typeof fields & PhoneFields>;

export const command = defineCommand<typeof fields & PhoneFields>({
  examples: [
    "register --server sip.example.com --user alice --password-file pw.txt",
    "register --account work --json",
    "register --stay",
  ],
  shared: { Registration: fields, ...PHONE },
  async run(values, context) {
    const { runRegister } = await lazily<typeof import("./run_register.ts")>(
      import.meta.url,
      "./run_register.ts",
    );
    return await runRegister(values, context);
  },
});
