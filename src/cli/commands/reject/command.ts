/** `offhook reject`: refuses a ringing call. */
import { option, readWholeNumber, text } from "../../args/mod.ts";
import { callAction } from "../../live/mod.ts";

export const command = callAction({
  name: "reject",
  examples: ["reject", "reject --status 486", "reject --status 302 --to bob@example.com"],
  takes: {
    status: option(
      "--status",
      { metavar: "CODE", read: readWholeNumber(300, 699) },
      "SIP status to send; 603 by default.",
    ),
    to: option(
      "--to",
      text("TARGET"),
      "Redirect the caller to this target, with status 302 unless --status gives another 3xx.",
    ),
  },
  fits: (call) => call.state === "ringing" && call.direction === "incoming",
  act: (phone, { id }, { to, status = to === undefined ? undefined : 302 }) =>
    phone.request("reject", {
      call: id,
      ...(status === undefined ? {} : { status }),
      ...(to === undefined ? {} : { target: to }),
    }),
  done: ({ remote }) => `rejected ${remote.uri}`,
});
