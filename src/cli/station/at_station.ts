/**
 * Whether a call command uses the running station.
 *
 *     --standalone, or a flag about a phone of one's own ─► own phone
 *     --socket, --detach ──────────────────────────────────► the station, or exit 11
 *     else ─► a station of this configuration runs, with the account ? station : own phone
 *
 * The configuration is not read for it.
 */
import { type AppliedOverride, appliedOverrides } from "../../config/sources/mod.ts";
import type { RemotePhone } from "../../control/client/mod.ts";
import { lazily, OffhookError } from "../../base/mod.ts";
import type { Io } from "../process/mod.ts";
import type {
  AccountValues,
  AttachValues,
  AudioValues,
  CallValues,
  LogValues,
  TlsValues,
} from "../phone_fields/mod.ts";

export interface AttachWishes
  extends AttachValues, AccountValues, TlsValues, LogValues, Partial<AudioValues> {
  detach?: boolean;
  call?: string | undefined;
  listen?: string | undefined;
}

/**
 * The station to use; undefined: a phone of one's own.
 * @throws OffhookError `no-station` when one is needed, `usage` when flags contradict
 */
export async function attachedStation(
  values: AttachWishes,
  io: Io,
): Promise<RemotePhone | undefined> {
  const needed = neededBy(values);
  const own = values.standalone ? "--standalone" : ownPhoneBy(values, io);
  if (own !== undefined) {
    if (needed === undefined) return undefined;
    throw new OffhookError("usage", `${needed} needs the station, ${own} a phone of its own`, {
      hint: "Leave out one of them.",
    });
  }
  const phone = await connect(values, io, needed !== undefined);
  if (phone === undefined) return undefined;
  const named = values.account ?? io.environment("OFFHOOK_ACCOUNT");
  if (!named) return phone;
  const { accounts } = await phone.request("status", {});
  if (accounts.some(({ id }) => id === named)) return phone;
  await phone.close();
  if (needed === undefined) return undefined;
  const known = accounts.map(({ id }) => id).join(", ");
  throw new OffhookError("config-missing", `the station has no account "${named}"`, {
    hint: known === "" ? "It has none at all." : `It has: ${known}.`,
  });
}

/** @throws OffhookError `usage` for what this process would have to be there for */
export function refuseToStay(
  { dtmf, requireAudio }: Pick<CallValues, "dtmf" | "requireAudio">,
): void {
  const flag = dtmf !== undefined ? "--dtmf" : requireAudio ? "--require-audio" : undefined;
  if (flag === undefined) return;
  throw new OffhookError("usage", `${flag} needs this command to stay, --detach leaves`, {
    hint: "Leave out --detach, or use offhook dtmf later.",
  });
}

function neededBy(values: AttachWishes): string | undefined {
  if (values.socket !== undefined) return "--socket";
  if (values.detach) return "--detach";
  return values.call === undefined ? undefined : "--call";
}

/** Flags that a running station cannot follow: it has its accounts, its transports, its log. */
function ownPhoneBy(values: AttachWishes, io: Io): string | undefined {
  const { config: _, account: __, tlsNoVerify, ...rest } = values;
  if (values.listen !== undefined) return "--listen";
  if (values.trace !== undefined) return "--trace";
  if (values.passwordFile !== undefined) return "--password-file";
  if (values.passwordStdin) return "--password-stdin";
  if (tlsNoVerify) return "--tls-no-verify";
  if (values.logLevel !== undefined) return "--log-level";
  if (values.logFile !== undefined) return "--log-file";
  return appliedOverrides(rest, io.environment, io.cwd).find(aboutAccount)?.origin;
}

/** What is a call's, too, is asked for with the call. */
const OF_A_CALL = ["codecs", "encryption", "keying"];

function aboutAccount({ override }: AppliedOverride): boolean {
  return override.scope === "account" && !OF_A_CALL.includes(override.path[0]);
}

async function connect(
  values: AttachWishes,
  io: Io,
  needed: boolean,
): Promise<RemotePhone | undefined> {
  const { reachStation } = await lazily<typeof import("../live/reach_station.ts")>(
    import.meta.url,
    "../live/reach_station.ts",
  );
  try {
    return await reachStation(values, io);
  } catch (error) {
    if (!needed && error instanceof OffhookError && error.code === "no-station") return undefined;
    throw error;
  }
}
