/** `offhook hold`: puts the other side on hold. */
import { callAction } from "../../live/mod.ts";

export const command = callAction({
  name: "hold",
  examples: ["hold"],
  fits: ({ state }) => state === "active",
  act: (phone, { id }) => phone.request("hold", { call: id }),
  done: ({ remote }) => `holding ${remote.uri}`,
});
