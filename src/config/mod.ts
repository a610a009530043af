/** The environment, and what is wrong with settings. */
export { type Environment, processEnvironment } from "./environment.ts";
export { type ConfigIssue, formatIssue } from "./issue.ts";
export type { PasswordSource } from "./password_source.ts";
export { SECRET_NAMES } from "./secret_names.ts";
