/** The sound devices of this machine, asked of a device host that lives just for the question. */
import type { SoundDevices } from "../../control/contract/mod.ts";
import type { AudioEndpoints } from "../../core/ports/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { DeviceHostSupervisor, type SupervisorOptions } from "../../device_host/client/mod.ts";
import { type DeviceList, findDevice } from "../../device_host/wire/mod.ts";

/**
 * @param start starts the device host; absent: as a child of this process
 * @throws OffhookError `device-failed` when the device host cannot be run
 */
export async function listDevices(start?: SupervisorOptions["start"]): Promise<DeviceList> {
  const host = new DeviceHostSupervisor(start === undefined ? {} : { start });
  try {
    return await host.listDevices();
  } finally {
    await host.close();
  }
}

/** The sound devices, and why those that calls go by are not among them. */
export function devicesFor(endpoints: AudioEndpoints, list: DeviceList): SoundDevices {
  try {
    requireAmong(list, endpoints);
    return list;
  } catch (error) {
    return { ...list, missing: OffhookError.from(error).toJSON() };
  }
}

/**
 * Whether the devices of a call that is still to come are there now.
 * @throws OffhookError `device-not-found`, `device-failed`
 */
export async function requireDevices({ microphone, speaker }: AudioEndpoints): Promise<void> {
  if (microphone.kind !== "device" && speaker.kind !== "device") return;
  requireAmong(await listDevices(), { microphone, speaker });
}

function requireAmong(
  { devices, unavailable }: DeviceList,
  { microphone, speaker }: AudioEndpoints,
): void {
  if (microphone.kind !== "device" && speaker.kind !== "device") return;
  if (devices.length === 0 && unavailable !== undefined) throw OffhookError.fromJSON(unavailable);
  if (microphone.kind === "device") findDevice(devices, microphone.name, "capture");
  if (speaker.kind === "device") findDevice(devices, speaker.name, "playback");
}
