/**
 * `offhook dial` on a running station: the station calls, this process follows or leaves.
 *
 *     route ─► dial ─► --detach: print the id │ else bound to this process and followed to its end
 *
 * Not on the real-time path.
 */
import { parseHostPort } from "../../../base/address.ts";
import type { ExitCode } from "../../../base/errors.ts";
import type { AudioEndpoints } from "../../../core/ports/media_port.ts";
import { resolveTarget } from "../../../core/account/target.ts";
import type { Methods, Snapshot } from "../../../control/contract/phone.ts";
import { DIRECT_ACCOUNT } from "../../../core/account/account.ts";
import { type Attached, refuseToStay, withAttached } from "../../station/at_station.ts";
import type { Context } from "../../args/command.ts";
import type { DialValues } from "./dial.ts";
import { followCall } from "../../call/follow_call.ts";
import { type Io, sayJson } from "../../process/io.ts";
import { partyOf, serverIn, serverOf } from "../../phone/party.ts";
import { stationSound } from "../../call/station_endpoints.ts";

/** A script must not wait for ever for somebody to answer. */
const NO_ANSWER_MS = 60_000;

export async function dialAtStation(
  attached: Attached,
  values: DialValues,
  { io }: Context,
): Promise<ExitCode> {
  if (values.detach) refuseToStay(values);
  return await withAttached(attached, io, async (session) => {
    const { endpoints, pipes } = await stationSound(values, io);
    const params = dialParams(values, session.snapshot, endpoints, io);
    const { call, seq } = await session.phone.request("dial", params);
    if (values.detach) {
      if (values.json) {
        await sayJson(io, { schema: "offhook.action/1", action: "dial", call, seq });
      } else await io.stdout.write(`${call}\n`);
      return 0;
    }
    const soundOnStdout = pipes?.onStdout ?? false;
    return await followCall({ ...values, soundOnStdout }, {
      io,
      session,
      call,
      ...(pipes === undefined ? {} : { pipes }),
    });
  });
}

function dialParams(
  values: DialValues,
  snapshot: Snapshot,
  endpoints: AudioEndpoints | undefined,
  io: Io,
): Methods["dial"]["params"] {
  const { target, duration, codecs, timeout } = values;
  const named = values.account ?? io.environment("OFFHOOK_ACCOUNT");
  const account = named || accountFor(target, snapshot);
  const from = values.from === undefined
    ? undefined
    : partyOf(values.from, serverOf(account, snapshot));
  return {
    target,
    ...(account === undefined ? {} : { account }),
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(codecs === undefined ? {} : { codecs: [...codecs] }),
    ...(from === undefined ? {} : { from }),
    headers: [...values.headers],
    limits: {
      noAnswerMs: timeout ?? NO_ANSWER_MS,
      ...(duration === undefined ? {} : { durationMs: duration }),
    },
    ...(values.detach ? {} : { bound: true }),
  };
}

/**
 * The same choice as without a station: a complete address is called directly unless an account has
 * that server; the rest goes by the station's default account.
 */
function accountFor(target: string, { accounts }: Snapshot): string | undefined {
  const place = hostOf(target);
  if (place === undefined) return undefined;
  const host = parseHostPort(place)?.host.toLowerCase();
  const own = accounts.find(({ uri }) => parseHostPort(serverIn(uri))?.host.toLowerCase() === host);
  return own?.id ?? DIRECT_ACCOUNT;
}

/** @returns undefined for what only an account can complete; errors are the station's to tell */
function hostOf(target: string): string | undefined {
  try {
    return resolveTarget(target).host;
  } catch {
    return undefined;
  }
}
