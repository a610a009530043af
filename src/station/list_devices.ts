/** The sound devices that are plugged in now, by a device host that lives for the question. */
import type { DeviceList } from "../device_host/client.ts";
import { DeviceHostSupervisor } from "../device_host/client_supervisor.ts";

/** @throws OffhookError `device-failed` */
export async function listDevices(): Promise<DeviceList> {
  const supervisor = new DeviceHostSupervisor();
  try {
    return await supervisor.listDevices();
  } finally {
    await supervisor.close();
  }
}
