/** The choice of a live call by its id, or by there being only one. Pure. */
import type { CallView } from "../../control/contract/mod.ts";
import { OffhookError } from "../../base/mod.ts";

/**
 * The call that is meant: the one named, else the only one.
 * @param fits which calls the command can act on; others are not counted
 * @throws OffhookError `no-call`, `no-such-call`, or `ambiguous-call` with those that could be meant
 */
export function meantCall(
  calls: readonly CallView[],
  named: string | undefined,
  fits: (call: CallView) => boolean = () => true,
): CallView {
  const described = calls.map((call) => `${call.id} (${stateOf(call)}, ${call.remote.uri})`);
  const data = { calls: calls.map(({ id, state, remote }) => ({ id, state, remote: remote.uri })) };
  if (named !== undefined) {
    const found = calls.find((call) => call.id === named);
    if (found !== undefined) return found;
    throw new OffhookError("no-such-call", `there is no call "${named}"`, {
      hint: calls.length === 0 ? "No call is on." : `Calls: ${described.join(", ")}.`,
      data,
    });
  }
  const possible = calls.filter(fits);
  if (possible.length === 1) return possible[0]!;
  if (possible.length === 0) {
    if (calls.length === 0) throw new OffhookError("no-call", "no call is on", { data });
    throw new OffhookError("no-such-call", "no call is in a state for that", {
      hint: `Calls: ${described.join(", ")}.`,
      data,
    });
  }
  throw new OffhookError("ambiguous-call", `${possible.length} calls could be meant`, {
    hint: `Name one with --call: ${described.join(", ")}.`,
    data,
  });
}

/** With what else decides which commands a call takes: `active, muted, recorded`. */
function stateOf({ state, muted, recording }: CallView): string {
  const recorded = recording.name === "on"
    ? ["recorded"]
    : recording.name === "paused"
    ? ["recording paused"]
    : [];
  return [state, ...(muted ? ["muted"] : []), ...recorded].join(", ");
}
