/** `offhook silence`: stops the ringing of a call, and nothing else. */
import { callAction } from "../../live/mod.ts";

export const command = callAction({
  name: "silence",
  examples: ["silence"],
  fits: ({ state }) => state === "ringing",
  act: (phone, { id }) => phone.request("silence", { call: id }),
  done: ({ remote }) => `${remote.uri} rings no more here`,
});
