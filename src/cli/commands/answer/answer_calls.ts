/**
 * Takes one incoming call after the other.
 *
 *     waiting ─► a call ─► answer, or reject with --reject ─► followed to its end ─► waiting …
 *        │                          └► --detach: left to the station
 *        └► --timeout: 6, interrupt: 130
 */
import type { CallView } from "../../../control/contract/mod.ts";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { PartyIdentity } from "../../../core/account/mod.ts";
import type { AudioEndpoints } from "../../../core/ports/mod.ts";
import type { AnswerValues } from "./command.ts";
import { NumberedFiles } from "./numbered_files.ts";
import { followCall } from "../../call/mod.ts";
import type { IncomingCalls } from "./incoming_calls.ts";
import { type Io, sayJson } from "../../process/mod.ts";
import { answeredLimits, type PhoneSession } from "../../phone/mod.ts";

export interface AnswerTask {
  values: AnswerValues;
  /** Who answers. */
  said: { from?: PartyIdentity };
  io: Io;
}

export async function answerCalls(
  session: PhoneSession,
  calls: IncomingCalls,
  task: AnswerTask,
): Promise<ExitCode> {
  const { values, io } = task;
  let status: ExitCode = 0;
  const { count = 1 } = values;
  const files = new NumberedFiles();
  for (let left = count === 0 ? Infinity : count; left > 0;) {
    const view = await nextCall(session, calls, values.timeout, io);
    if (view === undefined) return 130;
    const endpoints = await endpointsFor(session, values, files);
    if (await take(session, view, task, endpoints)) {
      left--;
      const ended = await see(session, calls, view, task);
      if (session.interrupted) return 130;
      // Nobody reads the reports any more.
      if (values.json && io.stdout.closed) break;
      // A call that was refused as asked is a success.
      if (values.reject === undefined && status === 0) status = ended;
    }
    calls.release();
  }
  return status;
}

/** Of the next call: the files of several are numbered. A phone of one's own has them already. */
async function endpointsFor(
  { sound: { endpoints }, own }: PhoneSession,
  { count = 1, reject }: AnswerValues,
  files: NumberedFiles,
): Promise<{ endpoints?: AudioEndpoints }> {
  if (endpoints === undefined || reject !== undefined) return {};
  if (count !== 1) return { endpoints: await files.next(endpoints) };
  return own === undefined ? { endpoints } : {};
}

/** Follows a taken call to its end, or leaves it. */
async function see(
  session: PhoneSession,
  calls: IncomingCalls,
  { id }: CallView,
  { values, io }: AnswerTask,
): Promise<ExitCode> {
  if (values.detach) {
    const { seq } = await session.phone.request("status", {});
    const action = values.reject === undefined ? "answer" : "reject";
    if (values.json) await sayJson(io, { schema: "offhook.action/1", action, call: id, seq });
    else await io.stdout.write(`${id}\n`);
    return 0;
  }
  const listen: PhoneSession["listen"] = (listener) => calls.follow(listener);
  const sounds = values.reject === undefined;
  return await followCall(values, { io, session, call: id, listen, sounds });
}

/** @returns whether the call is ours now */
async function take(
  { phone, own }: PhoneSession,
  { id }: CallView,
  { values, said }: AnswerTask,
  endpoints: { endpoints?: AudioEndpoints },
): Promise<boolean> {
  const { reject, codecs, encryption, keying, headers, detach } = values;
  const extra = headers.length === 0 ? {} : { headers: [...headers] };
  try {
    if (reject !== undefined) await phone.request("reject", { call: id, status: reject, ...extra });
    else {
      await phone.request("answer", {
        call: id,
        ...(codecs === undefined ? {} : { codecs: [...codecs] }),
        ...(encryption === undefined ? {} : { encryption }),
        ...(keying === undefined ? {} : { keying }),
        ...extra,
        limits: answeredLimits(values),
        ...endpoints,
        ...said,
        ...(own === undefined && !detach ? { bound: true } : {}),
      });
    }
    return true;
  } catch (error) {
    // The caller was faster: the call's record says so.
    if (own !== undefined) return true;
    // Another took it first: then it is theirs, and the next one is waited for.
    const { code } = OffhookError.from(error);
    if (code === "invalid-state" || code === "no-such-call") return false;
    throw error;
  }
}

/** @returns undefined when interrupted. @throws OffhookError `no-answer` after `timeout` ms */
async function nextCall(
  session: PhoneSession,
  calls: IncomingCalls,
  timeout: number | undefined,
  io: Io,
): Promise<CallView | undefined> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const stop = timeout === undefined ? () => {} : io.after(timeout, () =>
    reject(
      new OffhookError("no-answer", `nobody called within ${timeout / 1000} s`, {
        data: { timeoutMs: timeout },
      }),
    ));
  try {
    return await Promise.race([
      calls.next(),
      expired,
      session.lost,
      session.interruption.then(() => undefined),
    ]);
  } finally {
    stop();
  }
}
