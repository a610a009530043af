/** `offhook dial` on a phone of its own; apart, because it loads the configuration's schema. */
import { chosen, type LoadedConfig, toAccount } from "../../../config/load.ts";
import { canonicalServer } from "../../../config/schema.ts";
import { parseHostPort } from "../../../base/address.ts";
import type { Account } from "../../../core/account/account.ts";
import type { ExitCode } from "../../../base/errors.ts";
import {
  type ResolvedTarget,
  resolveTarget,
  type TargetContext,
} from "../../../core/account/target.ts";
import { DIRECT_ACCOUNT } from "../../../core/account/account.ts";
import { followCall } from "../../call/follow_call.ts";
import { withSession } from "../../phone/own_phone.ts";
import { endpointsOf, loadForCommand } from "../../phone/call_setup.ts";
import type { Context } from "../../args/command.ts";
import type { DialValues } from "./dial.ts";
import { partyOf } from "../../phone/party.ts";

/** A script must not wait for ever for somebody to answer. */
const NO_ANSWER_MS = 60_000;

export async function runDial(values: DialValues, context: Context): Promise<ExitCode> {
  const { io } = context;
  const loaded = await loadForCommand(values, io);
  const { target, account } = chooseRoute(values, loaded, io.environment);
  const from = values.from === undefined ? undefined : partyOf(values.from, account?.server);
  const endpoints = endpointsOf(loaded, values, io);
  const options = {
    loaded,
    values,
    ...(account === undefined ? {} : { account }),
    register: false,
    endpoints,
    maxCalls: 1,
  };
  return await withSession(context, options, async (session) => {
    const { call } = await session.phone.request("dial", {
      account: account?.id ?? DIRECT_ACCOUNT,
      target: target.uri,
      endpoints,
      ...(values.codecs === undefined ? {} : { codecs: [...values.codecs] }),
      ...(from === undefined ? {} : { from }),
      headers: [...values.headers],
      limits: {
        noAnswerMs: values.timeout ?? NO_ANSWER_MS,
        ...(values.duration === undefined ? {} : { durationMs: values.duration }),
      },
    });
    const soundOnStdout = endpoints.speaker.kind === "pipe";
    return await followCall({ ...values, soundOnStdout }, { io, session, call });
  });
}

/**
 * A target with a host of its own is called directly, unless an account was asked for or one of the
 * configuration has that server; anything else goes by the chosen account.
 */
function chooseRoute(
  values: Pick<DialValues, "target" | "account" | "server">,
  loaded: LoadedConfig,
  environment: (name: string) => string | undefined,
): { target: ResolvedTarget; account?: Account } {
  const settings = loaded.account === undefined
    ? undefined
    : loaded.config.accounts[loaded.account];
  const context: TargetContext = settings === undefined
    ? {}
    : { server: canonicalServer(settings.server), dialPlan: settings.dial_plan };
  const target = resolveTarget(values.target, context);
  if (target.host === undefined) return { target, account: chosen(loaded).account };
  const asked = [values.account, values.server].some((given) => given !== undefined) ||
    ["OFFHOOK_ACCOUNT", "OFFHOOK_SERVER"].some((variable) => environment(variable));
  if (asked && loaded.account !== undefined) return { target, account: chosen(loaded).account };
  const own = accountOfServer(target.host, loaded);
  return own === undefined ? { target } : { target, account: own };
}

function accountOfServer(place: string, loaded: LoadedConfig): Account | undefined {
  const host = parseHostPort(place)!.host.toLowerCase();
  const chosenFirst = Object.entries(loaded.config.accounts)
    .sort(([a], [b]) => Number(b === loaded.account) - Number(a === loaded.account));
  for (const [id, settings] of chosenFirst) {
    if (parseHostPort(canonicalServer(settings.server))!.host.toLowerCase() !== host) continue;
    return toAccount(id, settings, loaded);
  }
  return undefined;
}
