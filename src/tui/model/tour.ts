/**
 * The first-run tour: one thing to do at a time, on the practice PBX; each step is over when the
 * phone's state says that it was done. Pure.
 */
import { frontCall, ringingCall } from "./phone_model.ts";
import type { AppState } from "./state.ts";
import type { StringKey } from "../look/mod.ts";
import type { ActionName } from "./action_names.ts";

interface Step {
  text: StringKey;
  /** Actions whose keys the text names: `{mute}`. */
  keys: readonly ActionName[];
  done(state: AppState): boolean;
}

const talking = (state: AppState) => frontCall(state.phone)?.view.answeredAt !== undefined;

export const STEPS: readonly Step[] = [
  { text: "tour.dial", keys: ["go"], done: talking },
  {
    text: "tour.mute",
    keys: ["mute"],
    done: ({ phone }) => frontCall(phone)?.view.muted === true,
  },
  { text: "tour.unmute", keys: ["mute"], done: ({ phone }) => !frontCall(phone)?.view.muted },
  {
    text: "tour.hold",
    keys: ["hold"],
    done: ({ phone }) => frontCall(phone)?.view.hold.local === true,
  },
  { text: "tour.resume", keys: ["hold"], done: ({ phone }) => !frontCall(phone)?.view.hold.local },
  {
    text: "tour.pad",
    keys: ["pad"],
    done: ({ phone, screen }) =>
      phone.calls.length === 0 ||
      (frontCall(phone)?.digitsSent !== "" && screen.overlay?.name !== "pad"),
  },
  {
    text: "tour.quality",
    keys: ["view.quality"],
    done: ({ screen, phone }) => screen.view === "quality" || phone.calls.length === 0,
  },
  { text: "tour.hangup", keys: ["hangup"], done: ({ phone }) => phone.calls.length === 0 },
  {
    text: "tour.callback",
    keys: ["go"],
    done: ({ phone }) => ringingCall(phone) !== undefined,
  },
  {
    text: "tour.answer",
    keys: ["answer", "reject"],
    done: ({ phone }) =>
      phone.calls.some(({ view }) =>
        view.direction === "incoming" && view.answeredAt !== undefined
      ) || ringingCall(phone) === undefined,
  },
  { text: "tour.hangup", keys: ["hangup"], done: ({ phone }) => phone.calls.length === 0 },
  {
    text: "tour.palette",
    keys: ["palette"],
    done: ({ screen }) => screen.overlay?.name === "palette",
  },
  { text: "tour.end", keys: ["help", "quit"], done: () => false },
];

/** The step after what has just changed. */
export function tourAfter(state: AppState): number | undefined {
  const at = state.screen.tour;
  if (at === undefined) return undefined;
  return STEPS[at]?.done(state) ? at + 1 : at;
}
