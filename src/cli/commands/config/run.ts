/** The runs of `offhook config`, but `init`. */
import {
  describeSource,
  type LoadedConfig,
  redacted,
  shownToml,
} from "../../../config/file/mod.ts";
import { configJsonSchema, exampleToml } from "../../../config/schema/mod.ts";
import { configError } from "../../../config/values/mod.ts";
import { configPath, knownVariables } from "../../../config/sources/mod.ts";
import { type ExitCode, jsonText, nearest, OffhookError } from "../../../base/mod.ts";
import { passwordSource } from "../../../config/credentials/mod.ts";
import { namedFileIssues } from "./named_files.ts";
import type { ConfigIssue } from "../../../config/mod.ts";
import { loadForCommand } from "../../phone/mod.ts";
import type { CheckValues, ShowValues } from "./command.ts";
import { errorLines, type Io, say, sayJson } from "../../process/mod.ts";

export async function runExample(io: Io): Promise<ExitCode> {
  await io.stdout.write(exampleToml());
  return 0;
}

export async function runSchema(io: Io): Promise<ExitCode> {
  await io.stdout.write(`${jsonText(configJsonSchema(), 2)}\n`);
  return 0;
}

export async function runCheck(values: CheckValues, io: Io): Promise<ExitCode> {
  const { path } = configPath({ path: values.config, environment: io.environment, cwd: io.cwd });
  const warnings = unknownVariables(environmentNames());
  try {
    const loaded = await loadForCommand(values, io);
    const unusable = await namedFileIssues(loaded);
    if (unusable.length > 0) throw configError(loaded.path, unusable);
    if (values.json) await printCheck(io, path, [], warnings);
    else await sayChecked(loaded, warnings, io);
    return 0;
  } catch (thrown) {
    const error = OffhookError.from(thrown);
    const issues = error.data?.issues as ConfigIssue[] | undefined;
    if (!values.json || issues === undefined) throw error;
    await printCheck(io, path, issues, warnings);
    for (const line of errorLines(error)) await say(io, line);
    return error.exitCode;
  }
}

async function printCheck(
  io: Io,
  path: string,
  issues: ConfigIssue[],
  warnings: string[],
): Promise<void> {
  const ok = issues.length === 0;
  await sayJson(io, { schema: "offhook.config-check/1", path, ok, issues, warnings });
}

async function sayChecked(loaded: LoadedConfig, warnings: string[], io: Io): Promise<void> {
  for (const warning of warnings) await say(io, `offhook: ${warning}`);
  const accounts = Object.keys(loaded.config.accounts);
  const count = accounts.length === 1 ? "1 account" : `${accounts.length} accounts`;
  const what = loaded.found ? `${loaded.path} is valid` : `there is no file at ${loaded.path}`;
  await say(io, `${what}: ${count}${accounts.length === 0 ? "" : ` (${accounts.join(", ")})`}`);
}

function environmentNames(): string[] {
  return Object.keys(Deno.env.toObject());
}

/** A mistyped variable would be without effect, and nobody would know. */
export function unknownVariables(names: readonly string[]): string[] {
  const known = knownVariables();
  return names.filter((name) => name.startsWith("OFFHOOK_") && !known.includes(name))
    .flatMap((name) => {
      const near = nearest(name.slice("OFFHOOK_".length), known.map((each) => each.slice(8)));
      if (near === undefined) return [];
      return [`the variable ${name} is not a variable of offhook (did you mean OFFHOOK_${near}?)`];
    });
}

export async function runShow(values: ShowValues, io: Io): Promise<ExitCode> {
  const loaded = await loadForCommand(values, io);
  const passwords = Object.fromEntries(
    Object.keys(loaded.config.accounts).map((id) => {
      const { passwordFile: file, passwordStdin: stdin } = values;
      return [id, describeSource(passwordSource(loaded, id, { file, stdin, cwd: io.cwd }))];
    }),
  );
  if (values.json) {
    const { path, found, account = null } = loaded;
    const origins = Object.fromEntries(
      [...loaded.origins].filter(([key, origin]) => key !== origin && !origin.startsWith("(")),
    );
    const config = redacted(loaded);
    await sayJson(io, {
      schema: "offhook.config/1",
      path,
      found,
      account,
      config,
      origins,
      passwords,
    });
  } else {
    const lines = Object.entries(passwords).map(([id, source]) =>
      `# password of ${id}: ${source}\n`
    );
    await io.stdout.write(`${shownToml(loaded)}${lines.length === 0 ? "" : "\n"}${lines.join("")}`);
  }
  return 0;
}
