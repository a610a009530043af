/**
 * From the values of a call command to what a phone needs: configuration, account, endpoints,
 * password, trace and log.
 */
import { deviceName, parseMicrophone, parseSpeaker } from "../../config/values/mod.ts";
import { loadConfig, type LoadedConfig, toAccount } from "../../config/file/mod.ts";
import type { Overrides } from "../../config/sources/mod.ts";
import { isStdin, passwordReader } from "../../config/credentials/mod.ts";
import type { Account } from "../../core/account/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { AudioEndpoints } from "../../core/ports/mod.ts";
import type { CallPolicy, SoundSettings } from "../../core/state/mod.ts";
import type { Io } from "../process/mod.ts";
import type { AccountValues, AudioValues, LogValues, TlsValues } from "../phone_fields/mod.ts";

/** The configuration under the flags of a command. */
export async function loadForCommand(
  values: AccountValues & TlsValues & Partial<AudioValues> & Partial<LogValues> & {
    codecs?: readonly string[] | undefined;
  },
  io: Io,
): Promise<LoadedConfig> {
  const { config, account, tlsNoVerify, ...rest } = values;
  const flags: Overrides = { ...rest, ...(tlsNoVerify === true ? { tlsVerify: false } : {}) };
  const { environment, cwd } = io;
  return await loadConfig({ path: config, account, flags, environment, cwd });
}

/** All of the configuration; the chosen one first: it is the default of who dials. */
export function accountsOf(loaded: LoadedConfig): Account[] {
  const ids = Object.keys(loaded.config.accounts);
  ids.sort((a, b) => Number(b === loaded.account) - Number(a === loaded.account));
  return ids.map((id) => toAccount(id, loaded.config.accounts[id]!, loaded));
}

/** What every phone of ours has of the `[calls]` table. */
export function callPolicyOf({ config: { calls } }: LoadedConfig): CallPolicy {
  return {
    ...(calls.from === undefined ? {} : { callers: calls.from }),
    silenceMs: calls.silence_seconds * 1_000,
    silenceLimitMs: calls.silence_limit_seconds * 1_000,
    heldSilenceLimitMs: calls.held_silence_limit_seconds * 1_000,
  };
}

/** What a person hears beside the far end, and how a voice is sent. */
export function soundsOf({ config: { audio } }: LoadedConfig): SoundSettings {
  const { tones, high_pass: highPass, noise_suppression: noiseSuppression, agc, echo } = audio;
  return { tones, speech: { highPass, noiseSuppression, agc, echo } };
}

/** Reads a password when a server asks for it. @throws OffhookError when there is none */
export function passwordOf(
  loaded: LoadedConfig,
  account: string,
  values: Pick<AccountValues, "passwordFile" | "passwordStdin">,
  io: Pick<Io, "cwd" | "readStdin">,
  runCommand?: (account: string) => Promise<string>,
): () => Promise<string> {
  const read = passwordReader(loaded, {
    file: values.passwordFile,
    stdin: values.passwordStdin,
    cwd: io.cwd,
    readStdin: () => io.readStdin(),
    runCommand,
  });
  return async () => {
    const password = await read(account);
    if (password !== undefined) return password;
    const stored = account === "command-line" ? "" : `, or \`offhook credential set ${account}\``;
    throw new OffhookError(
      "credential-missing",
      `the server asks for a password, and the account ${account} has none`,
      {
        hint: stored === ""
          ? "Use --password-file or the variable OFFHOOK_PASSWORD."
          : `Use --password-file, the variable OFFHOOK_PASSWORD${stored}.`,
      },
    );
  };
}

/** @throws OffhookError `usage` when two things want the same stream, or a terminal would get PCM */
export function endpointsOf(
  loaded: LoadedConfig,
  values: Partial<AudioValues> & Pick<AccountValues, "passwordFile" | "passwordStdin">,
  io: Io,
): AudioEndpoints {
  const { audio, devices } = loaded.config;
  const common = { rate: audio.rate, loop: values.loop ?? false };
  const microphone = parseMicrophone(audio.mic, { ...common, ...device(devices.microphone) });
  const speaker = parseSpeaker(audio.speaker, { ...common, ...device(devices.speaker) });
  if (values.loop && microphone.kind !== "file") {
    throw new OffhookError("usage", "--loop is for --mic file:PATH", {
      hint: `The microphone is "${audio.mic}".`,
    });
  }
  if (microphone.kind === "pipe") {
    if (io.stdinIsTty) {
      throw new OffhookError("usage", "--mic pipe reads standard input, which is a terminal", {
        hint: "Pipe s16le mono PCM into offhook, or use --mic device.",
      });
    }
    if (values.passwordStdin || isStdin(values.passwordFile)) {
      throw new OffhookError("usage", "--mic pipe and the password both want standard input", {
        hint: "Use --password-file FILE or OFFHOOK_PASSWORD.",
      });
    }
  }
  if (speaker.kind === "pipe" && io.stdout.isTty) {
    throw new OffhookError(
      "usage",
      "--speaker pipe writes to standard output, which is a terminal",
      {
        hint: "Pipe offhook into another program or a file, or use --speaker device.",
      },
    );
  }
  return {
    microphone,
    speaker,
    ...(values.record === undefined ? {} : { record: values.record }),
  };
}

function device(names: string | string[] | undefined): { device?: string } {
  return names === undefined ? {} : { device: deviceName(names) };
}
