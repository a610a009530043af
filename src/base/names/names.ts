/** What a list of names promises of itself. Types only. */

/**
 * A list of so many names: `["in", "out"] as const satisfies Names<2>`. What is made of a list, a type or
 * a schema, shrinks with it, and nothing that is made of it can tell. So the list says how long it is,
 * and does not compile without one of its members.
 */
export type Names<Count extends number> = readonly string[] & { readonly length: Count };
