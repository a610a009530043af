/** The sound devices of this machine, asked of a device host that lives just for the question. */
import type { AudioEndpoints } from "../../core/ports/media_port.ts";
import { OffhookError } from "../../base/errors.ts";
import {
  DeviceHostSupervisor,
  type SupervisorOptions,
} from "../../device_host/client/supervisor.ts";
import { findDevice } from "../../device_host/wire/device.ts";
import type { DeviceList } from "../../device_host/wire/protocol.ts";

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

/**
 * Whether the devices of a call that is still to come are there now.
 * @throws OffhookError `device-not-found`, `device-failed`
 */
export async function requireDevices({ microphone, speaker }: AudioEndpoints): Promise<void> {
  if (microphone.kind !== "device" && speaker.kind !== "device") return;
  const { devices, unavailable } = await listDevices();
  if (devices.length === 0 && unavailable !== undefined) throw OffhookError.fromJSON(unavailable);
  if (microphone.kind === "device") findDevice(devices, microphone.name, "capture");
  if (speaker.kind === "device") findDevice(devices, speaker.name, "playback");
}
