/** `offhook dtmf`: sends digits into a live call. */
import { argument } from "../../args/mod.ts";
import { dtmfDigits } from "../../phone_fields/mod.ts";
import { callAction, talking } from "../../live/mod.ts";

export const command = callAction({
  name: "dtmf",
  examples: ["dtmf 42#", "dtmf 1,w2"],
  takes: {
    digits: argument(
      { metavar: "DIGITS", read: dtmfDigits },
      "0-9, *, #, A-D; w waits one second, a comma two.",
    ),
  },
  fits: (call) => talking(call) || call.state === "early",
  act: (phone, { id }, { digits }) => phone.request("dtmf", { call: id, digits }),
  done: ({ remote }, { digits }) => `sending ${digits} to ${remote.uri}`,
});
