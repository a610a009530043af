/**
 * The phone that a command drives: the station that runs, else the same phone in this process.
 *
 *     attachedStation ─ one runs ──► its session
 *                     └ none does ─► configuration ─► a phone of this command alone
 *
 * Neither the configuration nor SIP is loaded for a station.
 */
import type { LoadedConfig } from "../../config/file/mod.ts";
import type { AudioEndpoints } from "../../core/ports/mod.ts";
import type { Context } from "../args/mod.ts";
import type { OutputValues } from "../phone_fields/mod.ts";
import { interruptsOf, type PhoneOptions } from "../process/mod.ts";
import { lazily, OffhookError } from "../../base/mod.ts";
import { type CallSound, type PhoneSession, sessionOf } from "./session.ts";
import { attachedStation, type AttachWishes } from "../station/mod.ts";
import { stationSound } from "./station_endpoints.ts";
import type { RemotePhone } from "../../control/client/mod.ts";

/** What a phone of one's own has; a station has its own. */
export interface OwnPhoneWishes {
  /** All of the configuration, each connected when it is used; the chosen one; none. */
  accounts: "all" | "chosen" | "none";
  /** Whether the chosen account registers at once: if it is one that does; never. */
  register: "as configured" | "when asked";
  /** 0: it only registers, and has no sound. */
  maxCalls: number;
  /** Where it takes direct calls. */
  listen?(loaded: LoadedConfig): Promise<PhoneOptions["direct"]["listen"]>;
  /** Before it is opened. @throws OffhookError when they cannot be had */
  check?(endpoints: AudioEndpoints): Promise<void>;
}

const SILENT: CallSound = { onStdout: false };

/** The flags of a command that needs a phone. */
export type PhoneValues = AttachWishes & Partial<OutputValues>;

/**
 * Runs `body` with the phone, and lets go of it whatever happens.
 * @throws OffhookError `no-station` when one is needed and none runs; `usage` for flags that contradict
 */
export async function withPhone<T>(
  values: PhoneValues,
  context: Context,
  own: OwnPhoneWishes,
  body: (session: PhoneSession) => Promise<T>,
): Promise<T> {
  const { io } = context;
  const attached = await attachedStation(values, io);
  if (attached === undefined) {
    const { withOwnPhone } = await lazily<typeof import("./own_phone.ts")>(
      import.meta.url,
      "./own_phone.ts",
    );
    return await withOwnPhone(values, context, own, body);
  }
  return await atStation(attached, values, context, own, body);
}

/** The station and its other calls go on when the command is over. */
async function atStation<T>(
  phone: RemotePhone,
  values: PhoneValues,
  { io }: Context,
  { maxCalls }: OwnPhoneWishes,
  body: (session: PhoneSession) => Promise<T>,
): Promise<T> {
  const interrupts = interruptsOf(io);
  const lost = phone.closed.then((error) => {
    throw error ?? new OffhookError("internal", "left the station");
  });
  // Only who waits for it wants to know.
  lost.catch(() => {});
  try {
    const account = values.account ?? io.environment("OFFHOOK_ACCOUNT");
    const sound = maxCalls === 0 ? SILENT : await stationSound(values, io);
    const setup = { sound, ...(account ? { account } : {}) };
    return await body(await sessionOf(phone, interrupts, setup, lost));
  } finally {
    interrupts.close();
    await phone.close();
  }
}
