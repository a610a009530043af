/** What subcommands print with `--json`. */
export type { CallReport } from "./call.ts";
export type { DemoReport } from "./demo.ts";
export type { DevicesReport, DevicesTestReport } from "./devices.ts";
export type { HeadsetListReport, HeadsetTestReport } from "./headsets.ts";
export type { LabReport } from "./lab.ts";
export type { RegisterReport } from "./register.ts";
