/** `offhook unmute`: unmutes the microphone. */
import { callAction } from "../../live/mod.ts";

export const command = callAction({
  name: "unmute",
  examples: ["unmute"],
  fits: (call) => call.muted,
  act: (phone, { id }) => phone.request("mute", { call: id, muted: false }),
  done: ({ remote }) => `unmuted in the call with ${remote.uri}`,
});
