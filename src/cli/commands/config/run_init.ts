/**
 * `offhook config init`: a first configuration, from questions on a terminal or from flags. The
 * password goes into the credential store or stays in its file, never into the configuration. Not on
 * the real-time path.
 */
import { NEEDED_KEYS } from "../../../config/values/mod.ts";
import { dirname, resolve } from "../../../base/path/mod.ts";
import { storeCredential } from "../../../config/credentials/mod.ts";
import { initialToml } from "../../../config/file/mod.ts";
import { validConfig } from "../../../config/schema/mod.ts";
import { configPath } from "../../../config/sources/mod.ts";
import { type ExitCode, fileReason, OffhookError } from "../../../base/mod.ts";
import type { InitValues } from "./command.ts";
import { type Io, say } from "../../process/mod.ts";

export async function runInit(values: InitValues, io: Io): Promise<ExitCode> {
  const { environment, cwd } = io;
  const { path } = configPath({ path: values.config, environment, cwd });
  await refuseExisting(path, values.force);
  const { account, password } = await describeAccount(values, io);
  const config = { accounts: { [values.name]: account } };
  validConfig({ values: config, name: "what was given", origins: new Map() });
  await writeConfig(path, initialToml(config), values.force);
  if (password !== undefined) {
    await storeCredential(environment, values.name, password, new Date(io.now()));
  }
  await say(io, `wrote ${path}`);
  const where = values.config === undefined ? "" : ` --config ${values.config}`;
  await say(
    io,
    `  \`offhook register${where}\` tries it; \`offhook config show${where}\` shows it.`,
  );
  return 0;
}

async function refuseExisting(path: string, force: boolean): Promise<void> {
  if (force) return;
  const there = await Deno.lstat(path).then(() => true, () => false);
  if (!there) return;
  throw new OffhookError("config-invalid", `there is a configuration already: ${path}`, {
    hint: "Edit it, or overwrite it with --force.",
  });
}

interface Described {
  account: Record<string, unknown>;
  /** To be stored; absent: from elsewhere, or none. */
  password?: string;
}

async function describeAccount(values: InitValues, io: Io): Promise<Described> {
  const asks = io.stdinIsTty && (values.server === undefined || values.user === undefined);
  const answers = asks ? await askAll(values, io) : values;
  for (const key of NEEDED_KEYS) {
    if (answers[key] !== undefined && answers[key] !== "") continue;
    throw new OffhookError("usage", `config init needs --${key}`, {
      hint: "Without a terminal nothing is asked: give --server and --user.",
    });
  }
  const password = asks ? await askPassword(values, io) : await stdinPassword(values, io);
  return {
    account: accountTable(answers, io),
    ...(password === undefined || password === "" ? {} : { password }),
  };
}

type Answers = Partial<InitValues>;

async function askAll(values: InitValues, io: Io): Promise<Answers> {
  const ask = async (given: string | undefined, question: string) =>
    given ?? (await io.ask(`${question}: `)).trim();
  const server = await ask(values.server, "SIP server (host, host:port or wss://host:8089/ws)");
  const user = await ask(values.user, "User name or extension");
  const displayName = await ask(values.displayName, "Your name, as others see it (may be empty)");
  const transport = await ask(values.transport, "Transport: udp, tcp, tls, ws, wss (may be empty)");
  return { ...values, server, user, displayName, transport: transport as never };
}

async function askPassword(values: InitValues, io: Io): Promise<string | undefined> {
  if (values.passwordFile !== undefined) return undefined;
  return await io.ask("Password (kept in the credential store; may be empty): ", { hidden: true });
}

async function stdinPassword(values: InitValues, io: Io): Promise<string | undefined> {
  if (!values.passwordStdin && values.passwordFile !== "-") return undefined;
  return (await io.readStdin()).split(/\r?\n/, 1)[0];
}

function accountTable(answers: Answers, io: Io): Record<string, unknown> {
  const file = (path: string | undefined) =>
    path === undefined || path === "-" ? undefined : resolve(io.cwd, path);
  const tls = given({
    ca_file: file(answers.tlsCa),
    cert_file: file(answers.tlsCert),
    key_file: file(answers.tlsKey),
    server_name: answers.tlsServerName,
    pin: answers.tlsPin,
    min_version: answers.tlsMinVersion,
    verify: answers.tlsNoVerify === true ? false : undefined,
  });
  return given({
    user: answers.user,
    auth_user: answers.authUser,
    display_name: answers.displayName,
    server: answers.server,
    outbound_proxy: answers.proxy,
    transport: answers.transport,
    registration_interval: answers.expires,
    password_file: file(answers.passwordFile),
    tls: Object.keys(tls).length === 0 ? undefined : tls,
  });
}

/** What was given; an empty answer is none. */
function given(table: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(table).filter(([, value]) => value !== undefined && value !== ""),
  );
}

async function writeConfig(path: string, text: string, force: boolean): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(path, text, { mode: 0o600, createNew: !force });
  } catch (cause) {
    throw new OffhookError("file-unusable", `cannot write ${path}: ${fileReason(cause)}`, {
      hint: "Name another place with --config.",
      cause,
    });
  }
}
