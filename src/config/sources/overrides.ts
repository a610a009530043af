/**
 * Flags and environment variables that stand over keys of the configuration file. One table says
 * for each which key it sets, so that the command line, the environment, the help and the error
 * messages cannot disagree. Pure.
 *
 *     flags > environment > file > defaults
 */
import type { Names } from "../../base/names/mod.ts";
import { resolve } from "../../base/path/mod.ts";
import {
  CODECS,
  DTMF_WISHES,
  ENCRYPTIONS,
  KEYINGS,
  TLS_VERSIONS,
  TRANSPORTS,
} from "../../core/account/mod.ts";
import type { Environment } from "../mod.ts";
import {
  isHostName,
  isLine,
  isMicrophone,
  isServer,
  isSipProxy,
  isSpeaker,
  isUserName,
  LOG_LEVELS,
  REGISTRATION_INTERVAL,
} from "../values/mod.ts";

export type OverrideKind = "text" | "path" | "integer" | "boolean" | "codecs";

export interface Override {
  flag: string;
  variable: string;
  /** Keys below the chosen account's table, or below the top. */
  scope: "account" | "top";
  path: readonly string[];
  kind: OverrideKind;
  /** Whether a value is allowed, told without the schema; absent: only the schema knows. */
  allows?: (value: unknown) => boolean;
}

function account(flag: string, path: string, kind: OverrideKind = "text"): Override {
  return { flag, variable: variableOf(flag), scope: "account", path: path.split("."), kind };
}

function top(flag: string, path: string, kind: OverrideKind = "text"): Override {
  return { flag, variable: variableOf(flag), scope: "top", path: path.split("."), kind };
}

function oneOf(override: Override, names: readonly string[]): Override {
  return { ...override, allows: (value) => names.some((name) => name === value) };
}

function text(override: Override, isAllowed: (text: string) => boolean): Override {
  return { ...override, allows: (value) => typeof value === "string" && isAllowed(value) };
}

function isInterval(value: unknown): boolean {
  const { min, max } = REGISTRATION_INTERVAL;
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
}

function areCodecs(value: unknown): boolean {
  const names: readonly string[] = CODECS;
  return Array.isArray(value) && value.length > 0 && value.every((name) => names.includes(name)) &&
    new Set(value).size === value.length;
}

/** `--auth-user` → `OFFHOOK_AUTH_USER`. */
function variableOf(flag: string): string {
  return `OFFHOOK_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`;
}

export const OVERRIDES = {
  // WebSockets are left to the schema: their URL and the transport must not contradict each other.
  server: text(account("--server", "server"), isServer),
  user: text(account("--user", "user"), isUserName),
  authUser: text(account("--auth-user", "auth_user"), isLine),
  displayName: text(account("--display-name", "display_name"), isLine),
  proxy: text(account("--proxy", "outbound_proxy"), isSipProxy),
  transport: oneOf(account("--transport", "transport"), TRANSPORTS),
  expires: { ...account("--expires", "registration_interval", "integer"), allows: isInterval },
  codecs: { ...account("--codec", "codecs", "codecs"), allows: areCodecs },
  opusBitrate: account("--opus-bitrate", "opus_bitrate", "integer"),
  encryption: oneOf(account("--encryption", "encryption"), ENCRYPTIONS),
  keying: oneOf(account("--keying", "keying"), KEYINGS),
  dtmfBy: oneOf(account("--dtmf-by", "dtmf"), DTMF_WISHES),
  tlsCa: text(account("--tls-ca", "tls.ca_file", "path"), isLine),
  tlsCert: account("--tls-cert", "tls.cert_file", "path"),
  tlsKey: account("--tls-key", "tls.key_file", "path"),
  tlsServerName: text(account("--tls-server-name", "tls.server_name"), isHostName),
  tlsPin: account("--tls-pin", "tls.pin"),
  tlsMinVersion: oneOf(account("--tls-min-version", "tls.min_version"), TLS_VERSIONS),
  tlsVerify: {
    ...account("--tls-no-verify", "tls.verify", "boolean"),
    variable: "OFFHOOK_TLS_VERIFY",
    allows: (value: unknown) => typeof value === "boolean",
  },
  mic: { ...top("--mic", "audio.mic"), allows: isMicrophone },
  speaker: { ...top("--speaker", "audio.speaker"), allows: isSpeaker },
  rate: top("--rate", "audio.rate", "integer"),
  logLevel: oneOf(top("--log-level", "logging.level"), LOG_LEVELS),
  logFile: top("--log-file", "logging.file", "path"),
} as const satisfies Record<string, Override>;

export type OverrideName = keyof typeof OVERRIDES;

/** Values of flags; what was not given is absent. */
export type Overrides = {
  readonly [Name in OverrideName]?: string | number | boolean | readonly string[] | undefined;
};

/** One override that is in force. */
export interface AppliedOverride {
  override: Override;
  /** `--transport` or `OFFHOOK_TRANSPORT`. */
  origin: string;
  value: unknown;
}

/** Flags over environment; a variable that is empty counts as unset. */
export function appliedOverrides(
  flags: Overrides,
  environment: Environment,
  cwd: string,
): AppliedOverride[] {
  const applied: AppliedOverride[] = [];
  for (const name of Object.keys(OVERRIDES) as OverrideName[]) {
    const override: Override = OVERRIDES[name];
    const given = flags[name];
    const variable = environment(override.variable);
    if (given !== undefined) {
      const value = override.kind === "path" ? resolve(cwd, String(given)) : given;
      applied.push({ override, origin: override.flag, value });
    } else if (variable !== undefined && variable !== "") {
      const value = converted(variable, override.kind, cwd);
      applied.push({ override, origin: override.variable, value });
    }
  }
  return applied;
}

/** What is not of the kind stays a text: the validation then says what is allowed. */
function converted(text: string, kind: OverrideKind, cwd: string): unknown {
  switch (kind) {
    case "text":
      return text;
    case "path":
      return resolve(cwd, text);
    case "integer":
      return /^-?[0-9]+$/.test(text) ? Number(text) : text;
    case "boolean":
      if (/^(1|true|yes|on)$/i.test(text)) return true;
      return /^(0|false|no|off)$/i.test(text) ? false : text;
    case "codecs":
      return codecNames(text);
  }
}

/** `pcmu, g722` → `["PCMU", "G722"]`. */
export function codecNames(text: string): string[] {
  return text.split(",").map((name) => name.trim().toUpperCase()).filter((name) => name !== "");
}

/** Other variables of ours; `config check` warns of `OFFHOOK_` names that are none of these. */
const OTHER_VARIABLES = [
  "OFFHOOK_CONFIG",
  "OFFHOOK_ACCOUNT",
  "OFFHOOK_PASSWORD",
  "OFFHOOK_PASSWORD_FILE",
  "OFFHOOK_SOCKET",
  "OFFHOOK_TOKEN",
] as const satisfies Names<6>;

export function knownVariables(): string[] {
  return [...OTHER_VARIABLES, ...Object.values(OVERRIDES).map((override) => override.variable)];
}
