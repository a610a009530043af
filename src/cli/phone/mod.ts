/** The phone of a subcommand: its settings, its log, and its life until the command ends. */
export { iceServersOf } from "./ice_servers.ts";
export { answeredLimits } from "./call_limits.ts";
export {
  accountsOf,
  callPolicyOf,
  endpointsOf,
  loadForCommand,
  passwordOf,
  soundsOf,
} from "./call_setup.ts";
export { quirkFilesOf, withHeadsets } from "./headset_settings.ts";
export { announce, openLog, openLogAs, type PhoneLog } from "./log.ts";
export { partyOf } from "./party.ts";
export { callerRingsOf, ringerOf, ringFilesOf } from "./ring_settings.ts";
export { awaitRegistration, silentRegistrar } from "./registration.ts";
export { type CommandSession, type PhoneSession, sessionOf } from "./session.ts";
export { openTrace } from "./trace_file.ts";
export { type OwnPhoneWishes, withPhone } from "./with_phone.ts";
