/** `offhook ping`: is a server or a number there, and how long does its answer take? */
import {
  bad,
  defaulted,
  defineCommand,
  durationMs,
  readWholeNumber,
  type ValuesOf,
  words,
} from "../../args/mod.ts";
import { PHONE, type PhoneFields } from "../../phone_fields/mod.ts";
import { lazily } from "../../../base/mod.ts";

const between = (least: number, most: number) => (input: string): number => {
  const ms = durationMs(input);
  if (ms < least || ms > most) throw bad(`it must be from ${least} ms to ${most / 1000} s`);
  return ms;
};

const fields = {
  whom: words("ACCOUNT|TARGET", "An account, or a number or address as for dial."),
  count: defaulted(
    "--count",
    { metavar: "N", read: readWholeNumber(1, 1_000_000), fallback: 1 },
    "How often to ask; once by default.",
  ),
  interval: defaulted(
    "--interval",
    { metavar: "DURATION", read: between(200, 86_400_000), fallback: 1_000 },
    "From one request to the next; 1s by default, at least 200ms.",
  ),
  timeout: defaulted(
    "--timeout",
    { metavar: "DURATION", read: between(100, 32_000), fallback: 5_000 },
    "How long to wait for each answer; 5s by default.",
  ),
};

export type PingValues = ValuesOf<typeof fields & PhoneFields>;

export const command = defineCommand<typeof fields & PhoneFields>({
  description:
    "Sends OPTIONS to the server of an account, or to a number by the way that a call would take. " +
    "Every answer is a sign of life, also a refusal: exit status 0. If nothing answers, it is 8.",
  synopsis: "[OPTIONS] [ACCOUNT|TARGET]",
  examples: ["ping", "ping work --count 10 --json", "ping sip:bob@192.0.2.7"],
  shared: { "": fields, ...PHONE },
  async run(values, context) {
    const { runPing } = await lazily<typeof import("./run.ts")>(import.meta.url, "./run.ts");
    return await runPing(values, context);
  },
});
