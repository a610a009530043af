/** The practice PBX with a phone joined to it, in this process: for a first try, demo and tour. */
import type { AudioEndpoints } from "../../core/ports/mod.ts";
import type { JoinedPhone } from "../../tui/model/mod.ts";
import type { Io } from "../process/mod.ts";

export interface Practice {
  join(): Promise<JoinedPhone>;
  /** SIP URI of a number of the PBX. */
  uriOf(number: string): string;
  close(): Promise<void>;
}

const VOICE: AudioEndpoints = { microphone: { kind: "voice" }, speaker: { kind: "null" } };
const CARD: AudioEndpoints = { microphone: { kind: "device" }, speaker: { kind: "device" } };

/** @throws OffhookError when loopback cannot be listened on */
export async function openPractice(_io: Io): Promise<Practice> {
  const { openPracticeLine } = await import("../../lab/practice_line.ts");
  const { listDevices } = await import("../../station/phone/list_devices.ts");
  const sound = await listDevices().catch(() => undefined);
  const card = sound?.devices.some(({ defaultInput }) => defaultInput) &&
    sound.devices.some(({ defaultOutput }) => defaultOutput);
  const line = await openPracticeLine({
    transport: "udp",
    endpoints: card ? CARD : VOICE,
    log: () => {},
  });
  await line.phone.request("register", { account: line.account.id });
  const joined: JoinedPhone = {
    phone: line.phone,
    closed: new Promise(() => {}),
    process: "inside",
    name: "practice",
  };
  return { join: () => Promise.resolve(joined), uriOf: line.uriOf, close: line.close };
}
