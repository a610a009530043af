/** The process of a command line: its streams, its errors, its way to a phone. */
export { type Interrupts, interruptsOf } from "./interrupts.ts";
export { colours, type Io, type Keyboard, say, sayJson, writeJson } from "./io.ts";
export {
  type ListeningPhone,
  openStationPhone,
  type PhoneOpener,
  type PhoneOptions,
} from "./open_phone.ts";
export { processIo } from "./process_io.ts";
export { errorLines, reportError } from "./report_error.ts";
export { errorOf } from "./thrown_error.ts";
export { VERSION } from "./version_number.ts";
