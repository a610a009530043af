/** Environment variables. Apart from the folders, so that reading one loads nothing else. */

/** An environment: `Deno.env.get`, or a table in tests. */
export type Environment = (name: string) => string | undefined;

export const processEnvironment: Environment = (name) => Deno.env.get(name);
