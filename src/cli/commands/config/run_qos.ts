/** `offhook config qos`: the rules that mark what the phone sends, for the machine's administrator. */
import { loadConfig, type LoadedConfig } from "../../../config/file/mod.ts";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { Io } from "../../process/mod.ts";
import type { QosValues } from "./command.ts";
import { qosRules } from "./qos_rules.ts";

/** What a login name is made of: it stands in a file that root loads. */
const USER = /^[a-z_][a-z0-9_.-]*$/i;

export async function runQos(values: QosValues, io: Io): Promise<ExitCode> {
  const { environment, cwd } = io;
  const loaded = await loadConfig({ path: values.config, flags: {}, environment, cwd });
  const user = values.as ?? environment("USER") ?? environment("LOGNAME");
  if (user === undefined || !USER.test(user)) {
    const why = user === undefined
      ? "neither USER nor LOGNAME says who you are"
      : `"${user}" is not a user name`;
    throw new OffhookError("usage", why, { hint: "Name the user that runs offhook: --as NAME." });
  }
  await io.stdout.write(qosRules({ user, places: placesOf(loaded) }));
  return 0;
}

/** Servers and proxies of every account. */
function placesOf({ config: { accounts } }: LoadedConfig): string[] {
  return Object.values(accounts).flatMap(({ server, outbound_proxy, backup_proxies = [] }) => [
    server,
    ...(outbound_proxy === undefined ? [] : [outbound_proxy]),
    ...backup_proxies,
  ]);
}
