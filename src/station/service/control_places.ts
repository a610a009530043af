/**
 * The places of the configuration where the control API is served, with what their files hold.
 *
 *     [[station.control]] ─► token files, certificate ─► TcpListen
 */
import { OffhookError } from "../../base/mod.ts";
import { parseHostPort } from "../../base/network/mod.ts";
import { type Role, ROLES } from "../../base/names/mod.ts";
import { readPasswordFile } from "../../config/credentials/mod.ts";
import type { ControlConfig } from "../../config/schema/mod.ts";
import type { TcpListen } from "./served_places.ts";

/** A shorter one could be guessed. */
const TOKEN_LENGTH = 16;

/**
 * @param pathOf makes a path of the configuration absolute
 * @throws OffhookError `config-invalid` naming the file; never its content
 */
export function controlPlaces(
  places: readonly ControlConfig[],
  pathOf: (path: string) => string,
): Promise<TcpListen[]> {
  return Promise.all(places.map(async (place) => {
    const { host, port = 0 } = parseHostPort(place.listen, true)!;
    const tokens = await tokensOf(place, pathOf);
    const { tls_cert_file: cert, tls_key_file: key } = place;
    const listen: TcpListen = { kind: "tcp", host, port, tokens };
    if (cert === undefined || key === undefined) return listen;
    return { ...listen, tls: { cert: await pem(pathOf(cert)), key: await pem(pathOf(key)) } };
  }));
}

async function tokensOf(
  place: ControlConfig,
  pathOf: (path: string) => string,
): Promise<Map<string, Role>> {
  const tokens = new Map<string, Role>();
  for (const role of ROLES) {
    const file = place[`${role}_token_file`];
    if (file === undefined) continue;
    const path = pathOf(file);
    const token = await readPasswordFile(path);
    if (token.length < TOKEN_LENGTH) {
      throw new OffhookError("config-invalid", `the token in ${path} is too short`, {
        hint: `It needs ${TOKEN_LENGTH} characters: head -c 24 /dev/urandom | base64 > ${path}`,
        data: { path },
      });
    }
    if (tokens.has(token)) {
      throw new OffhookError("config-invalid", `the token in ${path} is another role's, too`, {
        data: { path },
      });
    }
    tokens.set(token, role);
  }
  return tokens;
}

async function pem(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new OffhookError("config-invalid", `cannot read ${path}`, { data: { path }, cause });
  }
}
