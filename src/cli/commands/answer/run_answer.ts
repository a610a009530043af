/**
 * `offhook answer` on a phone of its own: it registers or listens, and refuses what it does not take.
 *
 * Not on the real-time path.
 */
import { chosen, type LoadedConfig } from "../../../config/load.ts";
import { formatHostPort, parseHostPort } from "../../../base/address.ts";
import type { AudioEndpoints } from "../../../core/ports/media_port.ts";
import type { TransportName } from "../../../core/account/account.ts";
import { type ExitCode, OffhookError } from "../../../base/errors.ts";
import { fileReason } from "../../../base/file_reason.ts";
import type { AnswerValues } from "./answer.ts";
import { answerCalls } from "./answer_calls.ts";
import { withSession } from "../../phone/own_phone.ts";
import { endpointsOf, loadForCommand } from "../../phone/call_setup.ts";
import type { Context } from "../../args/command.ts";
import { acceptorOf, IncomingCalls } from "./incoming_calls.ts";
import { type Io, say } from "../../process/io.ts";
import type { OpenedPhone, PhoneOptions } from "../../args/open_phone.ts";
import { lazily } from "../../args/lazily.ts";
import { partyOf } from "../../phone/party.ts";
import { awaitRegistration } from "../../phone/registration.ts";

type Listen = PhoneOptions["direct"]["listen"];

/** One call is in our hands; the second must be seen to be refused. */
const MAX_CALLS = 2;

async function requireDevices(endpoints: AudioEndpoints): Promise<void> {
  if (endpoints.microphone.kind !== "device" && endpoints.speaker.kind !== "device") return;
  const station = await lazily<typeof import("../../../station/phone/list_devices.ts")>(
    import.meta.url,
    "../../../station/phone/list_devices.ts",
  );
  await station.requireDevices(endpoints);
}

export async function runAnswer(values: AnswerValues, context: Context): Promise<ExitCode> {
  const { io } = context;
  const loaded = await loadForCommand(values, io);
  const endpoints = endpointsOf(loaded, values, io);
  // A call would be refused for it, hours later.
  if (values.reject === undefined) await requireDevices(endpoints);
  const account = values.listen === undefined ? chosen(loaded).account : undefined;
  const from = values.from === undefined ? undefined : partyOf(values.from, account?.server);
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
  return await withSession(context, options, async (session, phone) => {
    const calls = new IncomingCalls(session.phone, acceptorOf(values), "refuse");
    session.listen((event) => calls.handle(event));
    if (account?.register === true) {
      await awaitRegistration(session, account, values.timeout, io);
    }
    await announce(phone, values, io, account);
    const soundOnStdout = endpoints.speaker.kind === "pipe";
    const params = from === undefined ? {} : { from };
    return await answerCalls(session, calls, { values, params, endpoints, soundOnStdout, io });
  });
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
    throw new OffhookError("file-unusable", `cannot read ${path}: ${fileReason(cause)}`, { cause });
  }
}

async function announce(
  phone: OpenedPhone,
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
