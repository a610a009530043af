/**
 * Imports a module that Deno does not see before it is needed.
 *
 * Deno reads the whole graph below a literal `import()` before the program begins, which costs
 * `offhook version` as much as the station weighs. A computed one is read when it is reached. The
 * type is given: `lazily<typeof import("../commands/dial/command.ts")>(import.meta.url, "../commands/dial/command.ts")`.
 */
export function lazily<Module>(base: string, path: string): Promise<Module> {
  return import(new URL(path, base).href);
}
