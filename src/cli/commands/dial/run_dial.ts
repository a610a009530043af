/**
 * The run of `offhook dial`.
 *
 *     phone ─► dial ─► --detach: print the id │ else followed to its end, and ended with this process
 */
import type { ExitCode } from "../../../base/mod.ts";
import type { Methods } from "../../../control/contract/mod.ts";
import { refuseToStay } from "../../station/mod.ts";
import type { Context } from "../../args/mod.ts";
import type { DialValues } from "./command.ts";
import { followCall } from "../../call/mod.ts";
import { answeredLimits, partyOf, type PhoneSession, withPhone } from "../../phone/mod.ts";
import { sayJson } from "../../process/mod.ts";

const OWN = { accounts: "all", register: "when asked", maxCalls: 1 } as const;

export async function runDial(values: DialValues, context: Context): Promise<ExitCode> {
  const { io } = context;
  if (values.detach) refuseToStay(values);
  const said = values.from === undefined ? {} : { from: partyOf(values.from) };
  return await withPhone(values, context, OWN, async (session) => {
    const params = { ...dialParams(values, session), ...said };
    const { call, seq } = await session.phone.request("dial", params);
    if (!values.detach) return await followCall(values, { io, session, call });
    if (values.json) {
      await sayJson(io, { schema: "offhook.action/1", action: "dial", call, seq });
    } else await io.stdout.write(`${call}\n`);
    return 0;
  });
}

function dialParams(
  values: DialValues,
  { account, sound: { endpoints }, own }: PhoneSession,
): Methods["dial"]["params"] {
  const { target, timeout, codecs, encryption, keying, headers, detach } = values;
  return {
    target,
    ...(account === undefined ? {} : { account }),
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(codecs === undefined ? {} : { codecs: [...codecs] }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(keying === undefined ? {} : { keying }),
    headers: [...headers],
    limits: {
      ...(timeout === undefined ? {} : { noAnswerMs: timeout }),
      ...answeredLimits(values),
    },
    ...(own === undefined && !detach ? { bound: true } : {}),
  };
}
