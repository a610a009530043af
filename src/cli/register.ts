/** `offhook register`: register, say how it went, un-register; or `--stay`. */
import { group, merge, object } from "@optique/core/constructs";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { type Context, defineCommand } from "./command.ts";
import { lazily } from "./lazily.ts";
import {
  accountOptions,
  attachOptions,
  described,
  logOptions,
  outputOptions,
  tlsOptions,
} from "./options.ts";
import { duration } from "./values.ts";

const parser = merge(
  group(
    "Registration",
    object({
      stay: option("--stay", described("Stay registered until interrupted, and say what changes.")),
      timeout: withDefault(
        option("--timeout", duration(), described("Give up after; 35 s by default.")),
        35_000,
      ),
    }),
  ),
  outputOptions,
  accountOptions,
  attachOptions,
  tlsOptions,
  logOptions,
);

export type RegisterValues = InferValue<typeof parser>;

export const register = defineCommand({
  name: "register",
  brief: "Register, say how it went, un-register",
  synopsis: "[OPTIONS]",
  examples: [
    "register --server sip.example.com --user alice --password-file ~/alice.password",
    "register --account work --json",
    "register --stay",
  ],
  parser,
  async run(values: RegisterValues, context: Context) {
    const { attachedStation } = await lazily<typeof import("./at_station.ts")>(
      import.meta.url,
      "./at_station.ts",
    );
    const attached = await attachedStation(values, context.io);
    const { registerAtStation, runRegister } = await lazily<typeof import("./run_register.ts")>(
      import.meta.url,
      "./run_register.ts",
    );
    return attached === undefined
      ? await runRegister(values, context)
      : await registerAtStation(attached, values, context);
  },
});
