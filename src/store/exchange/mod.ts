/** Address books as vCard and CSV. */
export type { ImportProblem } from "./decode.ts";
