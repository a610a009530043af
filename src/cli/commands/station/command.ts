/** `offhook station`: the headless phone. */
import {
  ACCOUNT,
  accountFields,
  audioFields,
  logFields,
  tlsFields,
} from "../../phone_fields/mod.ts";
import {
  type Command,
  type Context,
  defineCommand,
  file,
  flag,
  option,
  readWholeNumber,
  type ValuesOf,
} from "../../args/mod.ts";
import { type ExitCode, lazily } from "../../../base/mod.ts";

const fields = {
  socket: option(
    "--socket",
    file("PATH"),
    "Control socket; by default in the runtime folder.",
  ),
  healthPort: option(
    "--health-port",
    { metavar: "PORT", read: readWholeNumber(0, 65535) },
    "Serve /healthz and /readyz on this port of 127.0.0.1.",
  ),
  noHistory: flag(["--no-history"], "Do not keep a call history."),
};

type StationFields =
  & typeof fields
  & typeof accountFields
  & typeof tlsFields
  & typeof audioFields
  & typeof logFields;

export type StationValues = ValuesOf<StationFields>;

/** @param run what is done with the flags of a station */
export function defineStation(
  run: (values: StationValues, context: Context) => Promise<ExitCode>,
): Command {
  return defineCommand<StationFields>({ ...texts, run });
}

const texts = {
  description:
    "Runs in the foreground. It supports systemd (Type=notify): READY when it serves requests, " +
    "WATCHDOG as long as the process itself works. It starts without a network or a sound card and " +
    "uses them as soon as they are there. SIGTERM ends calls, unregisters and exits.",
  examples: ["station", "station --config /etc/offhook/lobby.toml --health-port 8123"],
  shared: {
    Station: fields,
    [ACCOUNT]: accountFields,
    TLS: tlsFields,
    Audio: audioFields,
    Logging: logFields,
  },
};

export const command = defineStation(async (values, context) => {
  const { runStation } = await lazily<typeof import("./run.ts")>(
    import.meta.url,
    "./run.ts",
  );
  return await runStation(values, context);
});
