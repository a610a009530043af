/** `offhook mute`: sends silence instead of the microphone. */
import { callAction, talking } from "../../live/mod.ts";

export const command = callAction({
  name: "mute",
  examples: ["mute"],
  fits: (call) => talking(call) && !call.muted,
  act: (phone, { id }) => phone.request("mute", { call: id, muted: true }),
  done: ({ remote }) => `muted in the call with ${remote.uri}`,
});
