/** The headsets of this machine, asked of a device host that lives just for the question. */
import type { HeadsetInfo } from "../../control/contract/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { DeviceHostConnection, DeviceHostSupervisor } from "../../device_host/client/mod.ts";
import type { Quirk } from "../../hid/mod.ts";
import { describeHeadset, headsetsAmong } from "./describe_headset.ts";

/** @throws OffhookError `device-failed` when the device host or its HID library cannot be run */
export async function listHeadsets(quirks: readonly Quirk[]): Promise<HeadsetInfo[]> {
  const host = new DeviceHostSupervisor();
  try {
    const connection = await DeviceHostConnection.connect(await host.socket());
    const { devices, unavailable } = await connection.hid.list();
    connection.close();
    if (unavailable !== undefined) throw OffhookError.fromJSON(unavailable);
    return headsetsAmong(devices).map((each) => describeHeadset(each, quirks));
  } finally {
    await host.close();
  }
}
