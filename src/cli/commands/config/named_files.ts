/**
 * What a configuration names besides itself: password, token and TLS files, quirk and ring files. Each is opened
 * as it will be, so that `config check` finds what a start would.
 */
import { dirname } from "../../../base/path/mod.ts";
import { fileReason, OffhookError } from "../../../base/mod.ts";
import { readPasswordFile } from "../../../config/credentials/mod.ts";
import { expandPath } from "../../../config/sources/mod.ts";
import type { ConfigIssue } from "../../../config/mod.ts";
import type { LoadedConfig } from "../../../config/file/mod.ts";
import { dotted } from "../../../config/values/mod.ts";
import { quirkFilesOf, ringFilesOf } from "../../phone/mod.ts";

/** A sentence for each file that cannot be used; never what is in one. */
export async function namedFileIssues(loaded: LoadedConfig): Promise<ConfigIssue[]> {
  const { controlPlaces } = await import("../../../station/service/control_places.ts");
  const { readQuirks } = await import("../../../station/desk/quirk_files.ts");
  const { checkRingFile } = await import("../../../station/phone/check_ring_file.ts");
  const pathOf = (path: string) => expandPath(path, dirname(loaded.path), loaded.environment);
  const issues: ConfigIssue[] = [];
  const check = async (place: readonly (string | number)[], use: () => Promise<unknown>) => {
    try {
      await use();
    } catch (error) {
      issues.push({ path: dotted(place), message: wordsOf(OffhookError.from(error)) });
    }
  };
  for (const [id, { password_file: file, tls }] of Object.entries(loaded.config.accounts)) {
    const place = ["accounts", id];
    if (file !== undefined) {
      await check([...place, "password_file"], () => readPasswordFile(pathOf(file)));
    }
    for (const key of ["ca_file", "cert_file", "key_file"] as const) {
      const path = tls[key];
      if (path !== undefined) await check([...place, "tls", key], () => readPem(pathOf(path)));
    }
  }
  for (const [at, { password_file: file }] of loaded.config.ice.turn.entries()) {
    if (file === undefined) continue;
    await check(["ice", "turn", at, "password_file"], () => readPasswordFile(pathOf(file)));
  }
  for (const [at, control] of loaded.config.station.control.entries()) {
    await check(["station", "control", at], () => controlPlaces([control], pathOf));
  }
  for (const { place, path } of ringFilesOf(loaded)) {
    await check(place, () => checkRingFile(path));
  }
  const { broken } = await readQuirks(quirkFilesOf(loaded));
  for (const error of broken) {
    issues.push({ path: "headset.quirks", message: wordsOf(error) });
  }
  return issues;
}

async function readPem(path: string): Promise<void> {
  const text = await Deno.readTextFile(path).catch((cause) => {
    throw new OffhookError("config-invalid", `cannot read ${path}: ${fileReason(cause)}`, {
      cause,
    });
  });
  if (text.includes("-----BEGIN ")) return;
  throw new OffhookError("config-invalid", `${path} is not a PEM file: it has no "-----BEGIN"`);
}

function wordsOf({ message, hint }: OffhookError): string {
  return hint === undefined ? message : `${message} (${hint})`;
}
