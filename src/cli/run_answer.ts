/**
 * The run of `offhook answer`.
 *
 *     register or listen ─► waiting ─► call.incoming ─► accepted? ─► answer ─► ended ─► waiting …
 *                              │            └► no: 603         └► --reject: CODE
 *                              └► --timeout: 6, interrupt: 130
 *
 * Not on the real-time path.
 */
import { chosen, type LoadedConfig } from "../config/load.ts";
import type { Sequenced } from "../control/phone.ts";
import { formatHostPort, parseHostPort } from "../core/address.ts";
import type { TransportName } from "../core/account.ts";
import type { CallView } from "../core/call.ts";
import { type ExitCode, OffhookError } from "../core/errors.ts";
import type { AudioEndpoints } from "../core/media_port.ts";
import type { AnswerValues } from "./answer.ts";
import { isCallEvent } from "./call_follower.ts";
import { type Session, withSession } from "./call_session.ts";
import { endpointsOf, loadForCommand } from "./call_setup.ts";
import type { Context } from "./command.ts";
import { followCall } from "./follow_call.ts";
import { type Io, say } from "./io.ts";
import type { PhoneOptions } from "./open_phone.ts";
import { awaitRegistration } from "./registration.ts";

type Listen = PhoneOptions["direct"]["listen"];

/** One call is in our hands; the second must be seen to be refused. */
const MAX_CALLS = 2;

export async function runAnswer(values: AnswerValues, context: Context): Promise<ExitCode> {
  const { io } = context;
  const loaded = await loadForCommand(values, io);
  const endpoints = endpointsOf(loaded, values, io);
  const account = values.listen === undefined ? chosen(loaded).account : undefined;
  const listen = values.listen === undefined ? [] : await listenOn(values, loaded);
  const options = {
    loaded,
    values,
    ...(account === undefined ? {} : { account }),
    register: account?.register ?? false,
    endpoints,
    listen,
    maxCalls: MAX_CALLS,
  };
  return await withSession(context, options, async (session) => {
    const calls = new IncomingCalls(session, values);
    session.listen((event) => calls.handle(event));
    if (account?.register === true) await awaitRegistration(session, account.id);
    await announce(session, values, io, account);
    return await answerCalls(session, calls, { values, endpoints, io });
  });
}

interface AnswerTask {
  values: AnswerValues;
  endpoints: AudioEndpoints;
  io: Io;
}

async function answerCalls(
  session: Session,
  calls: IncomingCalls,
  { values, endpoints, io }: AnswerTask,
): Promise<ExitCode> {
  let status: ExitCode = 0;
  const soundOnStdout = endpoints.speaker.kind === "pipe";
  for (let left = values.count === 0 ? Infinity : values.count; left > 0; left--) {
    const view = await nextCall(session, calls, values.timeout, io);
    if (view === undefined) return 130;
    const followed = followCall({ ...values, soundOnStdout }, {
      io,
      session,
      call: view.id,
      listen: (listener) => calls.follow(listener),
    });
    await take(session, view, values);
    const ended = await followed;
    calls.release();
    if (session.interrupted) return 130;
    // Nobody reads the reports any more.
    if (values.json && io.stdout.closed) break;
    // A call that was refused as asked is a success.
    if (values.reject === undefined && status === 0) status = ended;
  }
  return status;
}

async function take(
  { phone }: Session,
  { id }: CallView,
  { reject, codecs, duration }: AnswerValues,
): Promise<void> {
  try {
    if (reject !== undefined) await phone.request("reject", { call: id, status: reject });
    else {
      await phone.request("answer", {
        call: id,
        ...(codecs === undefined ? {} : { codecs: [...codecs] }),
        limits: duration === undefined ? {} : { durationMs: duration },
      });
    }
  } catch {
    // The caller was faster: its record says so.
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
      session.interruption.then(() => undefined),
    ]);
  } finally {
    stop();
  }
}

/** Sorts incoming calls: the one that we take, those that are refused. */
class IncomingCalls {
  readonly #session: Session;
  readonly #accepts: (view: CallView) => boolean;
  readonly #waiting: CallView[] = [];
  #current: string | undefined;
  #wanted: ((view: CallView) => void) | undefined;
  /** Events since a call was taken, until it is followed. */
  #early: Sequenced[] = [];
  #listener: ((event: Sequenced) => void) | undefined;

  constructor(session: Session, { accept }: Pick<AnswerValues, "accept">) {
    this.#session = session;
    this.#accepts = accept.length === 0
      ? () => true
      : ({ remote }) => accept.some((pattern) => matchesCaller(pattern, remote.uri));
  }

  handle(event: Sequenced): void {
    if (isCallEvent(event) && event.type === "call.incoming") this.#onIncoming(event.call);
    if (event.type === "call.ended") this.#forget(event.record.id);
    if (this.#listener !== undefined) this.#listener(event);
    else if (this.#current !== undefined) this.#early.push(event);
  }

  next(): Promise<CallView> {
    const { promise, resolve } = Promise.withResolvers<CallView>();
    this.#wanted = (view) => {
      this.#wanted = undefined;
      this.#current = view.id;
      resolve(view);
    };
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) this.#wanted(waiting);
    return promise;
  }

  follow(listener: (event: Sequenced) => void): void {
    this.#listener = listener;
    for (const event of this.#early.splice(0)) listener(event);
  }

  release(): void {
    this.#current = undefined;
    this.#listener = undefined;
  }

  #onIncoming(view: CallView): void {
    if (!this.#accepts(view)) this.#refuse(view, 603);
    else if (this.#current !== undefined) this.#refuse(view, 486);
    else if (this.#wanted !== undefined) this.#wanted(view);
    else this.#waiting.push(view);
  }

  #forget(call: string): void {
    const index = this.#waiting.findIndex(({ id }) => id === call);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  #refuse({ id }: CallView, status: number): void {
    this.#session.phone.request("reject", { call: id, status }).catch(() => {});
  }
}

/** `alice`, `alice@host`, `sip:alice@host`; `*` stands for anything. In any case of letters. */
export function matchesCaller(pattern: string, uri: string): boolean {
  const bare = uri.replace(/^(sips?|tel):/i, "").replace(/[;?].*$/s, "");
  const candidates = [uri, bare, bare.split("@")[0]!];
  const expression = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const whole = new RegExp(`^${expression.join(".*")}$`, "i");
  return candidates.some((candidate) => whole.test(candidate));
}

/** UDP and TCP unless a transport was named; any free port is one of UDP only. */
async function listenOn(
  { listen, transport, tlsCert, tlsKey }: AnswerValues,
  loaded: LoadedConfig,
): Promise<Listen> {
  const { host, port = 0 } = parseHostPort(listen!, true)!;
  const named: TransportName | undefined = transport ?? loaded.direct.transport;
  if (named === undefined) {
    const udp = { transport: "udp", host, port } as const;
    return port === 0 ? [udp] : [udp, { transport: "tcp", host, port }];
  }
  if (named !== "tls" && named !== "wss") return [{ transport: named, host, port }];
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new OffhookError("usage", `--listen with ${named} needs a certificate`, {
      hint: "Give --tls-cert FILE and --tls-key FILE.",
    });
  }
  const tls = { cert: await pem(tlsCert), key: await pem(tlsKey) };
  return [{ transport: named, host, port, tls }];
}

async function pem(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new OffhookError("file-unusable", `cannot read ${path}`, { cause });
  }
}

async function announce(
  { phone }: Session,
  { quiet }: AnswerValues,
  io: Io,
  account: { user: string; server: string; register: boolean } | undefined,
): Promise<void> {
  if (quiet) return;
  if (account !== undefined) {
    await say(io, `waiting for calls to sip:${account.user}@${account.server}`);
    return;
  }
  const places = phone.listening.map(({ transport, host, port }) =>
    `${formatHostPort({ host, port })} (${transport})`
  );
  await say(io, `waiting for calls on ${places.join(" and ")}`);
}
