/**
 * The process that starts programs for a phone that may not (see `client.ts`): device hosts, the
 * password commands of the configuration, by account, and a reader of /sys/class/net. It hears nothing from any network, and ends when
 * its phone has gone and the last device host after it.
 *
 *     argv: configuration, folder for sockets    stdin: questions    stdout: replies and news
 */
import { loadConfig } from "../config/file/mod.ts";
import type { Config } from "../config/schema/mod.ts";
import { processEnvironment } from "../config/mod.ts";
import { runPasswordCommand } from "../config/credentials/mod.ts";
import { OffhookError } from "../base/mod.ts";
import { type HostChild, startHost } from "../device_host/start/mod.ts";
import { readLinkFiles } from "./link_files.ts";
import { restoreKept } from "./loader_variables.ts";
import { messages, type News, type Reply, sender, type SpawnerQuestion } from "./wire.ts";

restoreKept();
const [config = "", runtime = ""] = Deno.args;
const { send } = sender<Reply | News>(Deno.stdout.writable);
const hosts = new Map<number, HostChild>();

/** Of a line that a host printed; the rest says no more to anybody. */
const MOST_LETTERS = 500;

async function answer(question: SpawnerQuestion): Promise<Reply> {
  const { id } = question;
  switch (question.ask) {
    case "device-host": {
      const { child, folder, socket } = await startHost({ runtime });
      hosts.set(child.pid, child);
      void follow(child);
      return { id, host: { pid: child.pid, folder, socket } };
    }
    case "kill":
      hosts.get(question.pid)?.kill("SIGKILL");
      return { id, done: true };
    case "password":
      return { id, password: await passwordOf(question.account) };
    case "turn-password":
      return { id, password: await turnPasswordOf(question.url) };
    case "links":
      return { id, links: await readLinkFiles() };
  }
}

/** It is read anew: it may have changed since the phone started. */
async function configuration(): Promise<Config> {
  const options = { path: config, environment: processEnvironment, cwd: Deno.cwd() };
  return (await loadConfig(options)).config;
}

async function turnPasswordOf(url: string): Promise<string> {
  const { ice } = await configuration();
  const command = ice.turn.find((server) => server.url === url)?.password_command;
  if (command !== undefined) return await runPasswordCommand(command);
  throw new OffhookError("credential-missing", `${url} has no password_command`);
}

async function passwordOf(account: string): Promise<string> {
  const { accounts } = await configuration();
  const command = Object.hasOwn(accounts, account)
    ? accounts[account]!.password_command
    : undefined;
  if (command !== undefined) return await runPasswordCommand(command);
  throw new OffhookError("credential-missing", `${account} has no password_command`);
}

async function follow(child: HostChild): Promise<void> {
  const { pid } = child;
  await Promise.all([child.stdout, child.stderr].map((stream) => tell(pid, stream)));
  await child.status;
  hosts.delete(pid);
  await send({ ended: pid }).catch(() => {});
}

async function tell(pid: number, stream: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!.slice(-MOST_LETTERS);
    for (const line of lines) {
      await send({ printed: pid, text: line.slice(0, MOST_LETTERS) }).catch(() => {});
    }
  }
}

for await (const question of messages<SpawnerQuestion>(Deno.stdin.readable)) {
  answer(question)
    .catch((error): Reply => ({ id: question.id, error: OffhookError.from(error).toJSON() }))
    .then(send)
    .catch(() => {});
}
