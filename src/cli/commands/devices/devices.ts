/** `offhook devices`: microphones and loudspeakers, as --mic and --speaker name them; `devices use`. */
import { merge, object, or } from "@optique/core/constructs";
import { optional, withDefault } from "@optique/core/modifiers";
import { command, constant, option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import type { DevicesReport } from "../../../control/schemas/devices.ts";
import { defineCommand, synopsis } from "../../args/command.ts";
import { type Io, say, sayJson } from "../../process/io.ts";
import { described, jsonOption, outputOptions } from "../../args/options.ts";
import * as v from "../../args/values.ts";

const use = merge(
  object({
    action: constant("use"),
    mic: optional(option(
      "--mic",
      v.microphone(),
      described("What is sent: device, device:NAME, file:PATH, tone, silence."),
    )),
    speaker: optional(option(
      "--speaker",
      v.speaker(),
      described("Where it is heard: device, device:NAME, file:PATH, null."),
    )),
    loop: option("--loop", described("Start the microphone's file again at its end.")),
    call: optional(option(
      "--call",
      string({ metavar: "ID" }),
      described("Which call; not needed when there is only one."),
    )),
    config: optional(option("--config", v.path("FILE"), described("Configuration file."))),
    socket: optional(
      option("--socket", v.path("PATH"), described("The station's control socket.")),
    ),
  }),
  outputOptions,
);

const list = merge(object({ action: constant("list") }), jsonOption);

/** No word at all matches no branch of `or`: it lists. */
export const devicesParser = withDefault(
  or(
    command("use", use, {
      brief: v.words("Go over to another microphone or loudspeaker in a live call"),
      usageLine: synopsis("[OPTIONS]"),
    }),
    list,
  ),
  { action: "list", json: false } as const,
);

export type UseValues = InferValue<typeof use>;

export const devices = defineCommand({
  name: "devices",
  brief: "List microphones and loudspeakers, or change those of a live call",
  synopsis: "[use] [OPTIONS]",
  description: "The names and ids are what --mic device:NAME and --speaker device:NAME take; " +
    "a part of a name is enough when only one device has it. * marks the default.",
  examples: ["devices", "devices --json", "devices use --mic device:Jabra --speaker device:Jabra"],
  parser: devicesParser,
  run: async (values: InferValue<typeof devicesParser>, { io }) => {
    if (values.action === "list") return await listDevices(values, io);
    return await (await import("./run_devices_use.ts")).runDevicesUse(values, io);
  },
});

async function listDevices({ json }: InferValue<typeof list>, io: Io): Promise<0> {
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
