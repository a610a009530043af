/** `offhook events`: what a running station tells, one JSON object a line, until interrupted. */
import type { Sequenced } from "../../../control/contract/mod.ts";
import { sayJson } from "../../process/mod.ts";
import { LIVE, type LiveFields, withStation } from "../../live/mod.ts";
import { defineCommand, oneOf, option, readWholeNumber, repeated } from "../../args/mod.ts";

/** Every type, checked by the compiler; the schemas would bring their library, which is slow. */
const TYPES: Record<Sequenced["type"], true> = {
  registration: true,
  connection: true,
  address: true,
  flows: true,
  accounts: true,
  "call.dialling": true,
  "call.incoming": true,
  "call.progress": true,
  "call.early-media": true,
  "call.answered": true,
  "call.hold": true,
  "call.mute": true,
  "call.security": true,
  "call.recording": true,
  "call.transfer": true,
  "call.heard": true,
  "call.silence": true,
  "call.quality": true,
  "call.microphone-ended": true,
  "call.digits-sent": true,
  "call.digits-refused": true,
  "call.digit": true,
  "call.endpoint": true,
  "call.media": true,
  "call.ending": true,
  "call.ended": true,
  headset: true,
  "headset-notice": true,
  "do-not-disturb": true,
  volume: true,
  speech: true,
  notice: true,
  lagged: true,
};

const fields = {
  filter: repeated(
    "--filter",
    oneOf("TYPE", ["call", ...Object.keys(TYPES)]),
    "Only events of this type: call, call.ended, registration. May be repeated.",
  ),
  since: option(
    "--since",
    { metavar: "SEQ", read: readWholeNumber(0, Number.MAX_SAFE_INTEGER) },
    "Start after the event with this number.",
  ),
};

export const command = defineCommand<typeof fields & LiveFields>({
  examples: ["events --filter call.ended", "events --since 41"],
  fields,
  shared: LIVE,
  run: ({ filter, since, ...values }, { io }) =>
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
