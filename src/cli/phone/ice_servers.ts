/** The servers of the `[ice]` table, with their passwords: read for each call, kept nowhere. */
import { dirname } from "../../base/path/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { readPasswordFile, runPasswordCommand } from "../../config/credentials/mod.ts";
import type { LoadedConfig } from "../../config/file/mod.ts";
import type { TurnServerConfig } from "../../config/schema/mod.ts";
import { parseStunUrl, parseTurnUrl } from "../../config/values/mod.ts";
import { expandPath } from "../../config/sources/mod.ts";
import type { AccountId } from "../../core/account/mod.ts";
import type { PhoneOptions } from "../process/mod.ts";

type IceServers = NonNullable<PhoneOptions["iceServers"]>;

/**
 * @param runCommand runs the `password_command` of the server with this URL; absent: this process does
 * @returns what an account's calls ask; never rejects: a server without its password is told and left out
 */
export function iceServersOf(
  loaded: LoadedConfig,
  runCommand?: (url: string) => Promise<string>,
): IceServers {
  return async (account) => {
    const { ice } = loaded.config;
    const failures: OffhookError[] = [];
    const servers = await Promise.all(ice.turn.map(async (server) => {
      try {
        const password = await passwordOf(server, loaded, runCommand);
        return [{ ...parseTurnUrl(server.url)!, username: server.username, password }];
      } catch (error) {
        failures.push(unusable(server, OffhookError.from(error)));
        return [];
      }
    }));
    const { caFile } = authorityOf(loaded, account);
    return {
      stun: ice.stun.map((url) => parseStunUrl(url)!),
      turn: servers.flat(),
      relayOnly: (loaded.config.accounts[account]?.ice ?? ice.policy) === "relay",
      ...(caFile === undefined ? {} : { caFile }),
      failures: failures.map((error) => error.toJSON()),
    };
  };
}

/** TURN over TLS trusts whom the account trusts. */
function authorityOf(loaded: LoadedConfig, account: AccountId): { caFile?: string } {
  const { tls } = loaded.config.accounts[account] ?? loaded.direct;
  if (tls.ca_file === undefined) return {};
  return { caFile: expandPath(tls.ca_file, dirname(loaded.path), loaded.environment) };
}

async function passwordOf(
  { url, password_file, password_env, password_command }: TurnServerConfig,
  { path, environment }: LoadedConfig,
  runCommand: ((url: string) => Promise<string>) | undefined,
): Promise<string> {
  if (password_file !== undefined) {
    return await readPasswordFile(expandPath(password_file, dirname(path), environment));
  }
  if (password_command !== undefined) {
    return await (runCommand?.(url) ?? runPasswordCommand(password_command));
  }
  const password = environment(password_env!);
  if (password) return password;
  throw new OffhookError("credential-missing", `the variable ${password_env} is empty`);
}

function unusable({ url }: TurnServerConfig, { message }: OffhookError): OffhookError {
  return new OffhookError("credential-missing", `the TURN server ${url} is left out: ${message}`, {
    hint: "Check its password_… key under [ice].",
  });
}
