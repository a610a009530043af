/**
 * `offhook answer` on a running station: takes what rings there, and leaves other calls to others.
 * Not on the real-time path.
 */
import type { CallView, Snapshot } from "../../../control/contract/phone.ts";
import type { ExitCode } from "../../../base/errors.ts";
import type { AnswerValues } from "./answer.ts";
import { answerCalls } from "./answer_calls.ts";
import { type Attached, refuseToStay, withAttached } from "../../station/at_station.ts";
import type { Context } from "../../args/command.ts";
import { acceptorOf, IncomingCalls } from "./incoming_calls.ts";
import { type Io, say } from "../../process/io.ts";
import { meantCall } from "../../station/meant_call.ts";
import { partyOf, serverOf } from "../../phone/party.ts";
import { stationSound } from "../../call/station_endpoints.ts";

export async function answerAtStation(
  attached: Attached,
  values: AnswerValues,
  { io }: Context,
): Promise<ExitCode> {
  if (values.detach) refuseToStay(values);
  return await withAttached(attached, io, async (session) => {
    const { endpoints, pipes } = await stationSound(values, io);
    const account = values.account ?? io.environment("OFFHOOK_ACCOUNT");
    const server = serverOf(account || undefined, session.snapshot);
    const from = values.from === undefined ? undefined : partyOf(values.from, server);
    const ours = acceptorOf(values);
    const accepts = (view: CallView) =>
      (!account || view.account === account) && ours(view) &&
      (values.call === undefined || view.id === values.call);
    const calls = new IncomingCalls(session.phone, accepts, "leave");
    session.listen((event) => calls.handle(event));
    const ringing = session.snapshot.calls.filter(rings);
    if (values.call !== undefined) meantCall(session.snapshot.calls, values.call);
    else if (ringing.filter(accepts).length > 1) meantCall(ringing, undefined, accepts);
    for (const view of ringing) calls.offer(view);
    if (ringing.length === 0) await announce(session.snapshot, values, io);
    return await answerCalls(session, calls, {
      values,
      ...(endpoints === undefined ? {} : { endpoints }),
      params: {
        ...(endpoints === undefined ? {} : { endpoints }),
        ...(from === undefined ? {} : { from }),
        ...(values.detach ? {} : { bound: true }),
      },
      soundOnStdout: pipes?.onStdout ?? false,
      ...(pipes === undefined ? {} : { pipes }),
      io,
      shared: true,
    });
  });
}

function rings({ direction, state }: CallView): boolean {
  return direction === "incoming" && state === "ringing";
}

async function announce({ accounts }: Snapshot, { quiet }: AnswerValues, io: Io): Promise<void> {
  if (quiet) return;
  const to = accounts.map(({ uri }) => uri).join(", ");
  await say(io, `waiting for calls${to === "" ? "" : ` to ${to}`} at the station`);
}
