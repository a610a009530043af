/**
 * Finds, reads, overlays and validates the configuration.
 *
 *     flags, OFFHOOK_… ─┐
 *     file ── TOML ─────┴─► overlay ─► schema (zod) ─► LoadedConfig ─► Account
 *     no file, plain flags ───► defaults.json ──┘
 *
 * Without a file, what flags say is validated by their own readers: neither a call nor a registration
 * waits for zod's ninety files then.
 *
 * Which account the overrides of an account apply to: the one that `--account` or
 * `OFFHOOK_ACCOUNT` names; else, when server and user are both given, a fresh one named
 * `command-line`; else the file's default account.
 */
import type { Environment } from "../mod.ts";
import {
  canonicalServer,
  configError,
  dotted,
  NEEDED_KEYS,
  type Origins,
  webSocketOf,
} from "../values/mod.ts";
import { parse, TomlError } from "smol-toml";
import { dirname } from "../../base/path/mod.ts";
import { type Account, COMMAND_LINE_ACCOUNT } from "../../core/account/mod.ts";
import { lazily, nearest, OffhookError } from "../../base/mod.ts";
import { parseWebSocketUrl } from "../../base/network/mod.ts";
import {
  type AppliedOverride,
  appliedOverrides,
  configPath,
  expandPath,
  type Overrides,
} from "../sources/mod.ts";
import type { AccountConfig, Config } from "../schema/mod.ts";
import defaults from "./defaults.json" with { type: "json" };

/** Where values come from when there is no file. */
const ELSEWHERE = "the command line and environment";

export interface LoadOptions {
  /** `--config`. */
  path?: string | undefined;
  /** `--account`. */
  account?: string | undefined;
  flags?: Overrides;
  environment: Environment;
  cwd: string;
}

export interface LoadedConfig {
  config: Config;
  /** The file that was read, or would have been; `found` says which. */
  path: string;
  found: boolean;
  /** The chosen account; absent: there is none at all. */
  account?: string;
  /** What calls without an account go by: the overrides of an account, over the defaults. */
  direct: AccountConfig;
  /** Which keys did not come from the file, by dotted path. */
  origins: Origins;
  environment: Environment;
}

type Table = Record<string, unknown>;

/**
 * @throws OffhookError `config-missing` when a named file or account does not exist;
 * `config-invalid` with every issue in `data.issues`
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const { path, explicit } = configPath(options);
  const text = await readIfThere(path, explicit);
  const raw = text === undefined ? {} : parseToml(text, path);
  const applied = appliedOverrides(options.flags ?? {}, options.environment, options.cwd);
  const account = chosenAccount(raw, applied, options, path);
  const origins = overlay(raw, applied, account);
  const said = { raw, origins, applied, source: text === undefined ? ELSEWHERE : path };
  const plain = text === undefined && isComplete(account, applied) && applied.every(isAllowed);
  return {
    ...(plain ? overDefaults(applied, account) : await validated(said)),
    path,
    found: text !== undefined,
    origins,
    environment: options.environment,
    ...(account === undefined ? {} : { account }),
  };
}

type Settings = Pick<LoadedConfig, "config" | "direct">;

const isAllowed = ({ override, value }: AppliedOverride) => override.allows?.(value) === true;

/** Without a file there is no account but the command line's. */
function isComplete(account: string | undefined, applied: AppliedOverride[]): boolean {
  const given = applied.map(({ override }) => dotted(override.path));
  return account === undefined || NEEDED_KEYS.every((key) => given.includes(key));
}

/** Over the defaults that the schema has written (`deno task defaults`). */
function overDefaults(applied: AppliedOverride[], account: string | undefined): Settings {
  const { config, direct } = structuredClone(defaults);
  const own = structuredClone(direct);
  for (const { override: { scope, path }, value } of applied) {
    if (scope === "top") setAt(config, path, value);
    else {
      setAt(own, path, value);
      if (path[0] !== "server") setAt(direct, path, value);
    }
  }
  if (account !== undefined) setAt(config, ["accounts", account], own);
  return { config, direct } as unknown as Settings;
}

/** What was said, and who said what. */
interface Said {
  raw: Table;
  origins: Origins;
  applied: AppliedOverride[];
  source: string;
}

async function validated({ raw, origins, applied, source }: Said): Promise<Settings> {
  const { validAccount, validConfig } = await lazily<typeof import("../schema/mod.ts")>(
    import.meta.url,
    "../schema/mod.ts",
  );
  const config = validConfig({ values: raw, name: source, origins });
  const direct = directSettings(applied);
  return { config, direct: validAccount({ ...direct, name: ELSEWHERE }) };
}

/** A stand-in for what a call without an account does not use. */
const DIRECT = { user: "offhook", server: "localhost" };

function directSettings(applied: AppliedOverride[]): { values: Table; origins: Origins } {
  const values: Table = { ...DIRECT };
  const usable = applied.filter(({ override: { scope, path } }) =>
    scope === "account" && path[0] !== "server"
  );
  const origins = new Map<string, string>();
  for (const { override, origin, value } of usable) {
    setAt(values, override.path, value);
    origins.set(dotted(override.path), origin);
  }
  return { values, origins };
}

async function readIfThere(path: string, explicit: boolean): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !explicit) return undefined;
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : reason(error);
    throw new OffhookError("config-missing", `cannot read the configuration ${path}: ${why}`, {
      hint: "`offhook config init` writes one.",
      cause: error,
    });
  }
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return error instanceof Error ? error.message.replace(/ \(os error \d+\).*/, "") : String(error);
}

/** @throws OffhookError `config-invalid` with line and column */
function parseToml(text: string, path: string): Table {
  try {
    return parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The library's message goes on with an excerpt of the file, which may hold a secret.
    const message = error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
    const { line, column } = error;
    throw configError(path, [{ path: "(syntax)", message, line, column }]);
  }
}

function chosenAccount(
  raw: Table,
  applied: AppliedOverride[],
  options: LoadOptions,
  path: string,
): string | undefined {
  const accounts = isTable(raw.accounts) ? Object.keys(raw.accounts) : [];
  const wanted = options.account ?? options.environment("OFFHOOK_ACCOUNT");
  if (wanted !== undefined && wanted !== "") {
    if (accounts.includes(wanted)) return wanted;
    throw noSuchAccount(wanted, accounts, path);
  }
  const given = (key: string) =>
    applied.some(({ override }) => override.scope === "account" && override.path[0] === key);
  if (given("server") && (given("user") || accounts.length === 0)) return COMMAND_LINE_ACCOUNT;
  if (typeof raw.default_account === "string") return raw.default_account;
  return accounts[0];
}

function noSuchAccount(wanted: string, accounts: string[], path: string): OffhookError {
  const near = nearest(wanted, accounts);
  const hint = near !== undefined
    ? `Did you mean "${near}"?`
    : accounts.length === 0
    ? "`offhook config init` makes one."
    : `There are: ${accounts.join(", ")}.`;
  return new OffhookError("config-missing", `no account "${wanted}" in ${path}`, {
    hint,
    data: { allowed: accounts },
  });
}

/** Writes the overrides into `raw`; those of an account are without effect when there is none. */
function overlay(raw: Table, applied: AppliedOverride[], account: string | undefined): Origins {
  const origins = new Map<string, string>();
  for (const { override, origin, value } of applied) {
    if (override.scope === "account" && account === undefined) continue;
    const path = override.scope === "account"
      ? ["accounts", account!, ...override.path]
      : [...override.path];
    setAt(raw, path, value);
    origins.set(dotted(path), origin);
  }
  if (account === COMMAND_LINE_ACCOUNT) nameMissing(origins);
  return origins;
}

/** Makes the tables on the way; what is no table there stays, for the validation to find. */
function setAt(raw: Table, path: readonly string[], value: unknown): void {
  let table = raw;
  for (const key of path.slice(0, -1)) {
    const below = table[key] ??= {};
    if (!isTable(below)) return;
    table = below;
  }
  table[path.at(-1)!] = value;
}

/** What the command line's account lacks is asked for by the flag's name. */
function nameMissing(origins: Map<string, string>): void {
  for (const key of NEEDED_KEYS) {
    const place = dotted(["accounts", COMMAND_LINE_ACCOUNT, key]);
    if (!origins.has(place)) origins.set(place, `--${key}`);
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws OffhookError `config-missing` when there is no account at all */
export function chosen(loaded: LoadedConfig): { account: Account; settings: AccountConfig } {
  if (loaded.account === undefined) {
    const where = loaded.found ? `in ${loaded.path}` : `and no configuration at ${loaded.path}`;
    throw new OffhookError("config-missing", `there is no account ${where}`, {
      hint: "Give --server and --user, or run `offhook config init`.",
    });
  }
  const settings = loaded.config.accounts[loaded.account]!;
  return { account: toAccount(loaded.account, settings, loaded), settings };
}

/** The account as the phone takes it: paths absolute, no secrets. */
export function toAccount(
  id: string,
  settings: AccountConfig,
  loaded: Pick<LoadedConfig, "path" | "environment"> & { config?: Pick<Config, "ice"> },
): Account {
  const base = dirname(loaded.path);
  const { tls } = settings;
  const ice = settings.ice ?? loaded.config?.ice.policy ?? "off";
  const file = (path: string | undefined) =>
    path === undefined ? undefined : expandPath(path, base, loaded.environment);
  return withoutUndefined({
    id,
    user: settings.user,
    authUser: settings.auth_user,
    authRealms: settings.auth_realms,
    allowMd5: settings.allow_md5 ? undefined : false,
    encryption: settings.encryption,
    keying: settings.keying === "dtls" ? "dtls" : undefined,
    cleartextKeys: settings.cleartext_keys ? true : undefined,
    displayName: settings.display_name,
    server: canonicalServer(settings.server),
    outboundProxy: settings.outbound_proxy ?? urlOf(settings.server),
    backupProxies: settings.backup_proxies,
    transport: settings.transport ?? webSocketOf(settings)?.transport,
    register: settings.register,
    expires: settings.registration_interval,
    gruu: settings.gruu ? true : undefined,
    qualityCollector: settings.quality_collector,
    codecs: settings.codecs,
    opusBitrate: settings.opus_bitrate,
    opusDtx: settings.opus_dtx ? true : undefined,
    comfortNoise: settings.comfort_noise ? true : undefined,
    dtmf: settings.dtmf === "auto" ? undefined : settings.dtmf,
    ice: ice === "off" ? undefined : ice,
    dialPlan: settings.dial_plan.length === 0 ? undefined : settings.dial_plan,
    tls: withoutUndefined({
      caFile: file(tls.ca_file),
      certFile: file(tls.cert_file),
      keyFile: file(tls.key_file),
      serverName: tls.server_name,
      minVersion: tls.min_version,
      pin: tls.pin,
      verify: tls.verify,
    }),
  });
}

/** A server that is a WebSocket is reached by its URL. */
function urlOf(server: string): string | undefined {
  return parseWebSocketUrl(server) === undefined ? undefined : server;
}

/** Optional properties are absent, not undefined: the account crosses processes as JSON. */
function withoutUndefined<T extends object>(
  value: { [Key in keyof T]: T[Key] | undefined },
): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
