/**
 * The short set-up of somebody who starts the phone without an account.
 *
 *     1 account: server, user, password ─► register once ─► written (else: again, or kept anyway)
 *     2 practice PBX                         3 leave
 *
 * Lines and questions, no full screen: it works with every terminal and screen reader. The password
 * goes into the desktop's keyring, else into the credential store (a file that only its owner can
 * read), never into the configuration.
 */
import { FIRST_ACCOUNT } from "../../../config/values/mod.ts";
import { dirname } from "../../../base/path/mod.ts";
import {
  credentialStorePath,
  storeCredential,
  storeInKeyring,
} from "../../../config/credentials/mod.ts";
import { configPath } from "../../../config/sources/mod.ts";
import { initialToml, loadConfig, toAccount } from "../../../config/file/mod.ts";
import { accountSchema } from "../../../config/schema/mod.ts";
import type { RegistrationState } from "../../../core/account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { errorLines, type Io, openStationPhone, say } from "../../process/mod.ts";

export type SetUpChoice = "account" | "practice" | "leave";

const ACCOUNT = FIRST_ACCOUNT;
/** ms that a server may take to answer the try. */
const TRY_MS = 12_000;

/** @returns `account` when one is written */
export async function setUpAccount(
  values: { config?: string | undefined },
  io: Io,
): Promise<SetUpChoice> {
  await say(io, "There is no account yet.");
  await say(io, "  1  Set one up: server, user name, password (about a minute)");
  await say(io, "  2  Practise: a PBX inside this program; nothing leaves this machine");
  await say(io, "  3  Leave");
  for (;;) {
    const answer = (await io.ask("1, 2 or 3: ")).trim().toLowerCase();
    if (answer === "2" || answer === "p") return "practice";
    if (answer === "3" || answer === "q") return "leave";
    if (answer !== "1" && answer !== "") continue;
    if (await askAccount(values, io)) return "account";
  }
}

interface Answers {
  server: string;
  user: string;
  password: string;
  transport: string;
}

/** @returns false when the person gave up */
async function askAccount(values: { config?: string | undefined }, io: Io): Promise<boolean> {
  const before: Partial<Answers> = {};
  for (;;) {
    const answers = await askAll(before, io);
    Object.assign(before, answers);
    const problem = problemOf(answers);
    if (problem !== undefined) {
      await say(io, problem);
      continue;
    }
    await say(io, `registering ${answers.user} at ${answers.server} …`);
    const error = await tried(answers, io);
    if (error === undefined) {
      await say(io, "registered.");
      await write(answers, values, io);
      return true;
    }
    for (const line of errorLines(error)) await say(io, line);
    const next = (await io.ask("Enter tries again, k keeps it anyway, b goes back: ")).trim();
    if (next.toLowerCase() === "b") return false;
    if (next.toLowerCase() !== "k") continue;
    await write(answers, values, io);
    return true;
  }
}

async function askAll(before: Partial<Answers>, io: Io): Promise<Answers> {
  const ask = async (question: string, known: string | undefined) => {
    const shown = known === undefined || known === "" ? "" : ` [${known}]`;
    const answer = (await io.ask(`${question}${shown}: `)).trim();
    return answer === "" ? known ?? "" : answer;
  };
  const server = await ask("SIP server (host, host:port or wss://host:8089/ws)", before.server);
  const user = await ask("User name or extension", before.user);
  const typed = await io.ask("Password (not shown): ", { hidden: true });
  const transport = await ask(
    "Transport: udp, tcp, tls, ws, wss (Enter: as the server says)",
    before.transport,
  );
  return { server, user, password: typed === "" ? before.password ?? "" : typed, transport };
}

function tableOf({ server, user, transport }: Answers): Record<string, unknown> {
  return { user, server, ...(transport === "" ? {} : { transport }) };
}

function problemOf(answers: Answers): string | undefined {
  const read = accountSchema.safeParse(tableOf(answers));
  if (read.success) return undefined;
  const [issue] = read.error.issues;
  return `${issue?.path.join(".")}: ${issue?.message}`;
}

/** Registers once, and takes it back. @returns why it did not work */
async function tried(answers: Answers, io: Io): Promise<OffhookError | undefined> {
  const settings = accountSchema.parse(tableOf(answers));
  const { environment } = io;
  const account = toAccount(ACCOUNT, settings, { path: "/", environment });
  const phone = await openStationPhone({
    accounts: [{ account, password: () => Promise.resolve(answers.password) }],
    direct: { listen: [], codecs: account.codecs, user: account.user, tls: account.tls },
    register: false,
    endpoints: { microphone: { kind: "silence" }, speaker: { kind: "null" } },
    maxCalls: 1,
    ringMs: 1_000,
    doNotDisturb: true,
    active: "one",
    log: () => {},
  });
  const { promise, resolve } = Promise.withResolvers<RegistrationState | undefined>();
  const stop = io.after(TRY_MS, () => resolve(undefined));
  try {
    await phone.subscribe((event) => {
      if (event.type !== "registration") return;
      const { registration } = event;
      if (registration.state === "registered" || registration.state === "failed") {
        resolve(registration);
      }
    });
    await phone.request("register", { account: ACCOUNT });
    const registration = await promise;
    if (registration?.state === "registered") return undefined;
    if (registration?.state === "failed") return OffhookError.fromJSON(registration.error);
    return new OffhookError("unreachable", `no answer from ${answers.server}`, {
      hint: "Are the server's name, port and transport right?",
    });
  } finally {
    stop();
    await phone.close();
  }
}

/** A configuration that is there keeps what it says: the account is added at its end. */
async function write(
  answers: Answers,
  values: { config?: string | undefined },
  io: Io,
): Promise<void> {
  const { environment, cwd } = io;
  const { path } = configPath({ path: values.config, environment, cwd });
  const kept = await keepPassword(answers, io);
  const table = { ...tableOf(answers), ...kept.settings };
  const text = initialToml({ accounts: { [ACCOUNT]: table } });
  const before = await Deno.readTextFile(path).catch(() => undefined);
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const whole = before === undefined ? text : `${before.trimEnd()}\n\n${withoutComment(text)}`;
  await Deno.writeTextFile(path, whole, { mode: 0o600 });
  await loadConfig({ path: values.config, environment, cwd });
  await say(io, `wrote ${path}`);
  if (kept.where !== "") await say(io, `the password is ${kept.where}`);
}

interface KeptPassword {
  where: string;
  /** What the configuration says of it. */
  settings: Record<string, unknown>;
}

/** Into the safest place there is. */
async function keepPassword(
  { user, server, password }: Answers,
  io: Io,
): Promise<KeptPassword> {
  if (password === "") return { where: "", settings: {} };
  const command = await storeInKeyring({ user, server }, password);
  if (command !== undefined) {
    return { where: "in your keyring", settings: { password_command: command } };
  }
  await storeCredential(io.environment, ACCOUNT, password, new Date(io.now()));
  const path = credentialStorePath(io.environment);
  return { where: `in ${path}, which only you can read`, settings: {} };
}

function withoutComment(toml: string): string {
  return toml.replace(/^#[^\n]*\n+/, "");
}
