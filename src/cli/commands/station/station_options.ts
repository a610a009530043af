/** The configuration under a station's flags, as its phone takes it. */
import { dirname } from "../../../base/path/mod.ts";
import { expandPath, identityFolder } from "../../../config/sources/mod.ts";
import { type LoadedConfig, toAccount } from "../../../config/file/mod.ts";
import { DIRECT_ACCOUNT } from "../../../core/account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import {
  accountsOf,
  callerRingsOf,
  callPolicyOf,
  endpointsOf,
  iceServersOf,
  passwordOf,
  ringerOf,
  soundsOf,
} from "../../phone/mod.ts";
import type { Io, PhoneOptions } from "../../process/mod.ts";
import type { StationValues } from "./command.ts";

/** Who runs the `password_command` of an account, and of a TURN server by its URL. */
export interface PasswordCommands {
  password(account: string): Promise<string>;
  turnPassword(url: string): Promise<string>;
}

/**
 * @param commands runs what prints passwords; absent: this process does
 * @throws OffhookError `usage` for a pipe
 */
export function phoneOptions(
  loaded: LoadedConfig,
  values: StationValues,
  io: Io,
  commands?: PasswordCommands,
): Omit<PhoneOptions, "log"> {
  const endpoints = endpointsOf(loaded, values, io);
  const { microphone, speaker } = endpoints;
  if (microphone.kind === "pipe" || speaker.kind === "pipe") {
    throw new OffhookError("usage", "a station has no pipe: several calls would share it", {
      hint: "Use `offhook audio CALL` to join a call with a pipe.",
    });
  }
  const { station, calls } = loaded.config;
  return {
    accounts: accountsOf(loaded).map((account) => ({
      account,
      password: passwordOf(loaded, account.id, values, io, commands?.password),
    })),
    iceServers: iceServersOf(loaded, commands?.turnPassword),
    direct: { ...toAccount(DIRECT_ACCOUNT, loaded.direct, loaded), listen: [] },
    identityFolder: identityFolder(loaded.environment),
    register: true,
    endpoints,
    maxCalls: station.max_calls,
    ringMs: station.ring_seconds * 1_000,
    doNotDisturb: station.do_not_disturb,
    ...(station.auto_answer.length === 0 ? {} : {
      autoAnswer: { callers: station.auto_answer, afterMs: station.auto_answer_seconds * 1_000 },
    }),
    active: "one",
    policy: {
      ...callPolicyOf(loaded),
      transfers: calls.transfers,
      transfersAutoAnswered: calls.transfers_auto_answered,
    },
    sounds: { ...soundsOf(loaded), ...ringerOf(loaded) },
    ...callerRingsOf(loaded),
    recordingFormat: loaded.config.recording.format,
  };
}

/** Makes a path of the configuration absolute. */
export function pathIn({ path, environment }: LoadedConfig): (path: string) => string {
  return (each) => expandPath(each, dirname(path), environment);
}
