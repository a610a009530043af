/** `offhook resume`: takes the other side back from hold. */
import { callAction } from "../../live/mod.ts";

export const command = callAction({
  name: "resume",
  examples: ["resume"],
  fits: ({ state }) => state === "held",
  act: (phone, { id }) => phone.request("resume", { call: id }),
  done: ({ remote }) => `talking to ${remote.uri}`,
});
