/** `offhook devices`: microphones and loudspeakers, as --mic and --speaker name them; `devices use`. */
import type { DevicesReport } from "../../../control/schemas/devices.ts";
import { defineCommand, defineSubcommand } from "../../args/command.ts";
import { audioFields } from "../../args/common_fields.ts";
import { file, option, type ValuesOf } from "../../args/fields.ts";
import { lazily } from "../../args/lazily.ts";
import { jsonFields, outputFields } from "../../args/output_fields.ts";
import { type Io, say, sayJson } from "../../process/io.ts";
import { callField } from "../../station/live.ts";

const { mic, speaker, loop } = audioFields;

const use = {
  mic: { ...mic, does: "What is sent: device, device:NAME, file:PATH, tone, silence." },
  speaker: { ...speaker, does: "Where it is heard: device, device:NAME, file:PATH, null." },
  loop,
  ...callField,
  config: option("--config", file("FILE"), "Configuration file."),
  socket: option("--socket", file("PATH"), "The station's control socket."),
};

type UseFields = typeof use & typeof outputFields;

export type UseValues = ValuesOf<UseFields>;

export const devices = defineCommand<typeof jsonFields>({
  synopsis: "[use] [OPTIONS]",
  description: "The names and ids are what --mic device:NAME and --speaker device:NAME take; " +
    "a part of a name is enough when only one device has it. * marks the default.",
  examples: ["devices", "devices --json", "devices use --mic device:Jabra --speaker device:Jabra"],
  fields: jsonFields,
  commands: {
    use: defineSubcommand<UseFields>(
      "Go over to another microphone or loudspeaker in a live call",
      {
        fields: use,
        shared: { Output: outputFields },
        async run(values, { io }) {
          const { runDevicesUse } = await lazily<typeof import("./run_devices_use.ts")>(
            import.meta.url,
            "./run_devices_use.ts",
          );
          return await runDevicesUse(values, io);
        },
      },
    ),
  },
  run: listDevices,
});

async function listDevices({ json }: { json: boolean }, { io }: { io: Io }): Promise<0> {
  const station = await lazily<typeof import("../../../station/phone/list_devices.ts")>(
    import.meta.url,
    "../../../station/phone/list_devices.ts",
  );
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
