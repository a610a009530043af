/** `offhook hangup`: ends a live call. */
import { callAction } from "../../live/mod.ts";

export const command = callAction({
  name: "hangup",
  examples: ["hangup", "hangup --call 3f9a21c0"],
  fits: ({ state }) => state !== "ending",
  act: (phone, { id }) => phone.request("hangup", { call: id }),
  done: ({ remote }) => `hung up on ${remote.uri}`,
});
