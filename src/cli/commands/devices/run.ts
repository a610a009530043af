/** The run of `offhook devices`: one line a device. */
import type { DevicesReport } from "../../../control/schemas/mod.ts";
import { type Io, say, sayJson } from "../../process/mod.ts";

export async function listDevices(json: boolean, io: Io): Promise<0> {
  const station = await import("../../../station/phone/list_devices.ts");
  const report: DevicesReport = { schema: "offhook.devices/1", ...await station.listDevices() };
  if (json) await sayJson(io, report);
  else if (report.devices.length === 0) {
    const { unavailable } = report;
    await say(io, unavailable?.message ?? "There is no sound device.");
    await say(io, `  ${unavailable?.hint ?? "Calls can use a file, a pipe or a tone instead."}`);
  } else await io.stdout.write(devicesTable(report));
  return 0;
}

/** One line a device and direction: what a person looks for. */
export function devicesTable({ devices }: DevicesReport): string {
  const section = (
    title: string,
    channels: "inputChannels" | "outputChannels",
    isDefault: "defaultInput" | "defaultOutput",
  ) => {
    const rows = devices.filter((device) => device[channels] > 0);
    if (rows.length === 0) return "";
    const width = Math.max(...rows.map(({ name }) => name.length));
    const lines = rows.map((device) =>
      `${device[isDefault] ? "*" : " "} ${device.name.padEnd(width)}  ${device.id}\n`
    );
    return `${title}\n${lines.join("")}`;
  };
  const microphones = section("Microphones", "inputChannels", "defaultInput");
  const speakers = section("Loudspeakers", "outputChannels", "defaultOutput");
  return [microphones, speakers].filter((part) => part !== "").join("\n");
}
