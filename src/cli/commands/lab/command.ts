/** `offhook lab`: the practice PBX alone, for others to call. */
import {
  defaulted,
  defineCommand,
  outputFields,
  readOrigin,
  repeated,
  type ValuesOf,
} from "../../args/mod.ts";
import { logFields, readListenAddress } from "../../phone_fields/mod.ts";
import { lazily } from "../../../base/mod.ts";

const fields = {
  listen: defaulted(
    "--listen",
    { metavar: "ADDRESS:PORT", read: readListenAddress, fallback: "127.0.0.1:5560" },
    "Address where it takes calls; 127.0.0.1:5560 by default.",
  ),
  allowOrigin: repeated(
    "--allow-origin",
    { metavar: "ORIGIN", read: readOrigin },
    "A web page that may connect by ws and wss, such as https://pbx.example. Repeatable.",
  ),
};

type LabFields = typeof fields & typeof outputFields & typeof logFields;

export type LabValues = ValuesOf<LabFields>;

export const command = defineCommand<LabFields>({
  description:
    "It accepts calls over udp, tcp, tls, ws and wss, and lets alice and bob register. " +
    "There are numbers that echo, play a tone, repeat digits, are busy, decline, never answer, or call " +
    "back; calls that are answered can be transferred to another number.",
  examples: ["lab", "lab --listen 0.0.0.0:5560"],
  fields,
  shared: { Output: outputFields, Logging: logFields },
  async run(values, context) {
    const { runLab } = await lazily<typeof import("./run.ts")>(import.meta.url, "./run.ts");
    return await runLab(values, context);
  },
});
