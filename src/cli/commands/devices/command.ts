/** `offhook devices`: microphones and loudspeakers, as --mic and --speaker name them; `devices use`, `devices test`. */
import { audioFields } from "../../phone_fields/mod.ts";
import {
  defineCommand,
  defineSubcommand,
  file,
  jsonFields,
  option,
  outputFields,
  type ValuesOf,
} from "../../args/mod.ts";
import { lazily } from "../../../base/mod.ts";
import { callField } from "../../live/mod.ts";

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

const test = {
  mic: { ...mic, does: "The microphone: device, device:NAME." },
  speaker: { ...speaker, does: "The speaker: device, device:NAME." },
  config: use.config,
};

type DeviceTestFields = typeof test & typeof outputFields;

export type DeviceTestValues = ValuesOf<DeviceTestFields>;

export const command = defineCommand<typeof jsonFields>({
  synopsis: "[use | test] [OPTIONS]",
  description: "Lists the names and ids that --mic device:NAME and --speaker device:NAME accept; " +
    "part of a name is enough when only one device matches. * marks the default.",
  examples: ["devices", "devices --json", "devices use --mic device:Jabra --speaker device:Jabra"],
  fields: jsonFields,
  commands: {
    use: defineSubcommand<UseFields>(
      "Switch a live call to another microphone or speaker",
      {
        fields: use,
        shared: { Output: outputFields },
        async run(values, { io }) {
          const { runDevicesUse } = await lazily<typeof import("./run_use.ts")>(
            import.meta.url,
            "./run_use.ts",
          );
          return await runDevicesUse(values, io);
        },
      },
    ),
    test: defineSubcommand<DeviceTestFields>(
      "Play, record, and say what the microphone heard: level, noise, echo, latency",
      {
        fields: test,
        shared: { Output: outputFields },
        async run(values, { io }) {
          const { runDevicesTest } = await lazily<typeof import("./run_test.ts")>(
            import.meta.url,
            "./run_test.ts",
          );
          return await runDevicesTest(values, io);
        },
      },
    ),
  },
  async run({ json }, { io }) {
    const { listDevices } = await lazily<typeof import("./run.ts")>(import.meta.url, "./run.ts");
    return await listDevices(json, io);
  },
});
