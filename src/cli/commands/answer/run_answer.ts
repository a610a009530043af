/**
 * The run of `offhook answer`: on a running station it takes what rings there and leaves other calls to
 * others; a phone of its own registers or listens, and refuses what it does not take.
 */
import type { ExitCode } from "../../../base/mod.ts";
import { formatHostPort } from "../../../base/network/mod.ts";
import type { CallView, Sequenced } from "../../../control/contract/mod.ts";
import type { AnswerValues } from "./command.ts";
import { answerCalls } from "./answer_calls.ts";
import type { Context } from "../../args/mod.ts";
import { acceptorOf, IncomingCalls } from "./incoming_calls.ts";
import { type Io, say } from "../../process/mod.ts";
import { meantCall } from "../../live/mod.ts";
import { refuseToStay } from "../../station/mod.ts";
import { ownAnswer } from "./own_answer.ts";
import { awaitRegistration, partyOf, type PhoneSession, withPhone } from "../../phone/mod.ts";

export async function runAnswer(values: AnswerValues, context: Context): Promise<ExitCode> {
  const { io } = context;
  if (values.detach) refuseToStay(values);
  const said = values.from === undefined ? {} : { from: partyOf(values.from) };
  return await withPhone(values, context, ownAnswer(values), async (session) => {
    const calls = session.own === undefined
      ? callsOfStation(session, values)
      : new IncomingCalls(session.phone, acceptorOf(values), "refuse");
    if (session.own !== undefined) {
      session.listen((event) => {
        if (calls.isIdle && !values.quiet) tellNotice(io, event);
        calls.handle(event);
      });
    }
    await begin(session, values, io);
    return await answerCalls(session, calls, { values, said, io });
  });
}

/** What a phone of one's own did by itself while it waits, such as refusing a call that is not encrypted. */
function tellNotice(io: Io, event: Sequenced): void {
  if (event.type === "notice") void say(io, event.text);
}

/** Those that ring already, too. @throws OffhookError `ambiguous-call` when several could be meant */
function callsOfStation(session: PhoneSession, values: AnswerValues): IncomingCalls {
  const { account, snapshot } = session;
  const ours = acceptorOf(values);
  const accepts = (view: CallView) =>
    (account === undefined || view.account === account) && ours(view) &&
    (values.call === undefined || view.id === values.call);
  const calls = new IncomingCalls(session.phone, accepts, "leave");
  session.listen((event) => calls.handle(event));
  const ringing = snapshot.calls.filter(rings);
  if (values.call !== undefined) meantCall(snapshot.calls, values.call);
  else if (ringing.filter(accepts).length > 1) meantCall(ringing, undefined, accepts);
  for (const view of ringing) calls.offer(view);
  return calls;
}

function rings({ direction, state }: CallView): boolean {
  return direction === "incoming" && state === "ringing";
}

/** Waits for the registration of a phone of one's own, and says for whose calls we wait. */
async function begin(session: PhoneSession, values: AnswerValues, io: Io): Promise<void> {
  const { snapshot, own } = session;
  if (own?.account?.register) await awaitRegistration(session, own.account, values.timeout, io);
  if (values.quiet || snapshot.calls.some(rings)) return;
  await say(io, `waiting for calls${whoseCalls(session)}`);
}

function whoseCalls({ snapshot, own }: PhoneSession): string {
  if (own === undefined) {
    const to = snapshot.accounts.map(({ uri }) => uri).join(", ");
    return `${to === "" ? "" : ` to ${to}`} at the station`;
  }
  if (own.account !== undefined) return ` to sip:${own.account.user}@${own.account.server}`;
  const places = own.phone.listening.map(({ transport, host, port }) =>
    `${formatHostPort({ host, port })} (${transport})`
  );
  return ` on ${places.join(" and ")}`;
}
