/** `offhook unmute`: sends the microphone again. */
import { callAction } from "../../call/call_action.ts";

export const command = callAction({
  name: "unmute",
  examples: ["unmute"],
  fits: (call) => call.muted,
  act: (phone, { id }) => phone.request("mute", { call: id, muted: false }),
  done: ({ remote }) => `heard by ${remote.uri} again`,
});
