/** `offhook follow`: goes where the other side wants to transfer us, or stays. */
import { flag } from "../../args/mod.ts";
import { callAction } from "../../live/mod.ts";

export const command = callAction({
  name: "follow",
  description:
    'Answers the question whether to follow a transfer ([calls] transfers = "ask"); it waits 20 seconds.',
  examples: ["follow", "follow --no"],
  takes: { no: flag(["--no"], "Refuse the transfer and stay in the call.") },
  fits: ({ transferAsked }) => transferAsked !== undefined,
  act: (phone, { id }, { no }) => phone.request("answerTransfer", { call: id, follow: !no }),
  done: ({ remote, transferAsked }, { no }) =>
    no ? `staying with ${remote.uri}` : `going to ${transferAsked}`,
});
