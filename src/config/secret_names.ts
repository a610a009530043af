import type { Names } from "../base/names/mod.ts";

/** What passwords are called that stand where none may: in the file or among the flags. */
export const SECRET_NAMES = ["password", "passwd", "secret"] as const satisfies Names<3>;
