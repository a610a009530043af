/**
 * Holds a schema against a TypeScript type both ways, so that neither can have a field, an optional one
 * too, or a member of a list that the other has not. A plain `z.ZodType<T>` lets a schema have less.
 */
import type { z } from "zod";

type Plain = string | number | boolean | bigint | null | undefined;

/** With every optional field required, at any depth: two types of which one lacks such a field differ. */
type Whole<T> = T extends Plain ? T
  : T extends readonly (infer Item)[] ? Whole<Item>[]
  : { [Key in keyof T]-?: Whole<T[Key]> };

type Within<A, B> = [A] extends [B] ? [Whole<A>] extends [Whole<B>] ? true : false : false;

/** `true`, or what differs as a type that nothing fits. */
export type Same<A, B> = Within<A, B> extends true
  ? Within<B, A> extends true ? true : "the second allows more than the first"
  : "the first allows more than the second";

/** `exactly<CallView>()(schema)`: the schema, when it allows what the type allows and nothing else. */
export function exactly<T>() {
  return <S extends z.ZodType<T>>(
    schema: S & (Same<z.output<S>, T> extends true ? unknown : Same<z.output<S>, T>),
  ): z.ZodType<T> => schema;
}

/** Compiles with `true` only: `true satisfies Holds<Same<A, B>>`. */
export type Holds<Fact extends true> = Fact;
