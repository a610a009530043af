/** `offhook events`: what a running station tells, one JSON object a line, until interrupted. */
import { merge, object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { type Context, defineCommand } from "./command.ts";
import { sayJson } from "./io.ts";
import { liveOptions, withStation } from "./live.ts";
import { described } from "./options.ts";
import * as v from "./values.ts";

const parser = merge(
  object({
    filter: multiple(option(
      "--filter",
      string({ metavar: "TYPE" }),
      described("Only events of this type: call, call.ended, registration. May be repeated."),
    )),
    since: optional(option(
      "--since",
      v.wholeNumber("SEQ", 0, Number.MAX_SAFE_INTEGER),
      described("Begin with what came after this event."),
    )),
  }),
  liveOptions,
);

export const events = defineCommand({
  name: "events",
  brief: "What the running station tells, one JSON object a line",
  synopsis: "[OPTIONS]",
  examples: ["events --filter call.ended", "events --since 41"],
  parser,
  run: ({ filter, since, ...values }, { io }: Context) =>
    withStation(values, io, async (phone) => {
      const ended = Promise.withResolvers<0 | 130>();
      const stop = io.onInterrupt(() => ended.resolve(130));
      await phone.subscribe((event) => {
        if (!passes(event.type, filter)) return;
        sayJson(io, event).then(() => {
          if (io.stdout.closed) ended.resolve(0);
        });
      }, since === undefined ? {} : { since });
      phone.closed.then((error) => error === undefined ? ended.resolve(0) : ended.reject(error));
      try {
        return await ended.promise;
      } finally {
        stop();
      }
    }),
});

/** `call` lets every event of calls pass; `lagged` always does: it says that something is missing. */
function passes(type: string, filter: readonly string[]): boolean {
  return filter.length === 0 || type === "lagged" ||
    filter.some((wanted) => type === wanted || type.startsWith(`${wanted}.`));
}
