/** The sound devices of this machine, asked of a device host that lives just for the question. */
import { DeviceHostSupervisor } from "../device_host/client_supervisor.ts";
import type { DeviceList } from "../device_host/wire_protocol.ts";

/** @throws OffhookError `device-failed` when the device host cannot be run */
export async function listDevices(): Promise<DeviceList> {
  const host = new DeviceHostSupervisor();
  try {
    return await host.listDevices();
  } finally {
    await host.close();
  }
}
