/** Ending a call, whatever it is doing. */
import { type Call, isIn, type Turn } from "../../state/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { bye } from "./established.ts";
import { reject } from "./incoming.ts";
import { cancel } from "./outgoing.ts";

export function hangup(turn: Turn, call: Call): void {
  if (isIn(call, "preparing") || isIn(call, "calling")) {
    cancel(turn, call, new OffhookError("interrupted", "the call was given up"));
  } else if (isIn(call, "ringing") || isIn(call, "answering")) {
    reject(turn, call, 603, { reason: "Decline" });
  } else if (isIn(call, "established")) bye(turn, call, "hung up");
}
