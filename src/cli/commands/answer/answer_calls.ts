/**
 * Takes one incoming call after the other.
 *
 *     waiting ─► a call ─► answer, or reject with --reject ─► followed to its end ─► waiting …
 *        │                          └► --detach: left to the station
 *        └► --timeout: 6, interrupt: 130
 *
 * Not on the real-time path.
 */
import type { CallView, Methods } from "../../../control/contract/phone.ts";
import { type ExitCode, OffhookError } from "../../../base/errors.ts";
import type { AudioEndpoints } from "../../../core/ports/media_port.ts";
import type { AnswerValues } from "./answer.ts";
import { NumberedFiles } from "./numbered_files.ts";
import { followCall } from "../../call/follow_call.ts";
import type { IncomingCalls } from "./incoming_calls.ts";
import { type Io, sayJson } from "../../process/io.ts";
import type { Session } from "../../phone/session.ts";
import type { StationPipes } from "../../call/station_pipes.ts";

export interface AnswerTask {
  values: AnswerValues;
  /** What an answer says besides the flags. */
  params: Omit<Methods["answer"]["params"], "call">;
  soundOnStdout: boolean;
  /** Of each call; with several calls their files are numbered. Absent: the phone's. */
  endpoints?: AudioEndpoints;
  /** Piped sound of calls that a station holds. */
  pipes?: StationPipes;
  io: Io;
  /** Others may take a call first: then it is theirs, and the next one is waited for. */
  shared?: boolean;
}

export async function answerCalls(
  session: Session,
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
    const { endpoints } = task;
    const numbered = count === 1 || values.reject !== undefined || endpoints === undefined
      ? {}
      : { endpoints: await files.next(endpoints) };
    if (await take(session, view, { ...task, params: { ...task.params, ...numbered } })) {
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

/** Follows a taken call to its end, or leaves it. */
async function see(
  session: Session,
  calls: IncomingCalls,
  { id }: CallView,
  { values, soundOnStdout, pipes, io }: AnswerTask,
): Promise<ExitCode> {
  if (values.detach) {
    const { seq } = await session.phone.request("status", {});
    const action = values.reject === undefined ? "answer" : "reject";
    if (values.json) await sayJson(io, { schema: "offhook.action/1", action, call: id, seq });
    else await io.stdout.write(`${id}\n`);
    return 0;
  }
  const listen: Session["listen"] = (listener) => calls.follow(listener);
  // A refused call has no sound.
  const piped = pipes === undefined || values.reject !== undefined ? {} : { pipes };
  return await followCall({ ...values, soundOnStdout }, {
    io,
    session,
    call: id,
    listen,
    ...piped,
  });
}

/** @returns whether the call is ours now */
async function take(
  { phone }: Session,
  { id }: CallView,
  { values: { reject, codecs, duration, headers }, params, shared }: AnswerTask,
): Promise<boolean> {
  const said = headers.length === 0 ? {} : { headers: [...headers] };
  try {
    if (reject !== undefined) await phone.request("reject", { call: id, status: reject, ...said });
    else {
      await phone.request("answer", {
        call: id,
        ...(codecs === undefined ? {} : { codecs: [...codecs] }),
        ...said,
        limits: duration === undefined ? {} : { durationMs: duration },
        ...params,
      });
    }
    return true;
  } catch (error) {
    if (shared !== true) return true; // The caller was faster: the call's record says so.
    const { code } = OffhookError.from(error);
    if (code === "invalid-state" || code === "no-such-call") return false;
    throw error;
  }
}

/** @returns undefined when interrupted. @throws OffhookError `no-answer` after `timeout` ms */
async function nextCall(
  session: Session,
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
