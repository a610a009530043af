/**
 * A subcommand that starts quickly: its flags are data, and the parser library is loaded only when the
 * command line is not plain (see `quick_args.ts`). Not on the real-time path.
 */
import type { ExitCode } from "../../base/errors.ts";
import type { Command, Context } from "./command.ts";
import { lazily } from "./lazily.ts";
import { type Fields, quickValues, type ValuesOf } from "./fields.ts";

interface Texts {
  name: string;
  brief: string;
  description?: string;
  /** What follows the command's name in the usage line. */
  synopsis: string;
  examples: readonly string[];
}

/** A part of the flags that the help shows under a heading of its own. */
interface Group {
  title: string;
  keys: readonly string[];
}

export interface QuickDefinition extends Texts {
  fields: Fields;
  groups: readonly Group[];
  run(values: Record<string, unknown>, context: Context): Promise<ExitCode>;
}

export interface QuickCommand<F extends Fields> extends Texts {
  /** What only this command takes. */
  fields: F;
  /** What it has in common with others, by heading. */
  shared?: Readonly<Record<string, Fields>>;
  run(values: ValuesOf<F>, context: Context): Promise<ExitCode>;
}

/** @typeParam F every field of the command, the shared ones included */
export function defineQuickCommand<F extends Fields>(
  { fields, shared = {}, run, ...texts }: Omit<QuickCommand<F>, "fields"> & { fields: Fields },
): Command {
  const definition: QuickDefinition = {
    ...texts,
    fields: Object.assign({}, fields, ...Object.values(shared)),
    groups: Object.entries(shared).map(([title, part]) => ({ title, keys: Object.keys(part) })),
    run: (values, context) => run(values as ValuesOf<F>, context),
  };
  const whole = async () => {
    const { wholeCommand } = await lazily<typeof import("./quick_parser.ts")>(
      import.meta.url,
      "./quick_parser.ts",
    );
    return wholeCommand(definition);
  };
  return {
    name: texts.name,
    brief: texts.brief,
    asParser: async () => await (await whole()).asParser(),
    async execute(args, context) {
      const values = quickValues(definition.fields, args);
      if (values !== undefined) return await definition.run(values, context);
      return await (await whole()).execute(args, context);
    },
  };
}
