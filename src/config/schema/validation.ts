/** What is validated at once: a whole configuration, or one account. */
import type { z } from "zod";
import { configError, type Origins } from "../values/mod.ts";
import { issuesOf } from "./issues.ts";
import { type AccountConfig, accountSchema, type Config, configSchema } from "./schema.ts";

/** What is validated, where it came from, and which of its keys came from elsewhere. */
export interface Source {
  values: unknown;
  name: string;
  origins: Origins;
}

/** @throws OffhookError `config-invalid` with every issue in `data.issues` */
export function validConfig(source: Source): Config {
  return valid(configSchema, source);
}

/** As {@link validConfig}. */
export function validAccount(source: Source): AccountConfig {
  return valid(accountSchema, source);
}

function valid<T extends z.ZodType>(schema: T, { values, name, origins }: Source): z.output<T> {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  throw configError(name, issuesOf(result.error, values, origins));
}
