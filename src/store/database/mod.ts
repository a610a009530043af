/** SQLite: opening, migrating, salvaging. */
export { openDatabase, type OpenOptions, type StoreNotice } from "./database.ts";
export { Database, type SqlValue } from "./sqlite.ts";
export { compareText, fold, foldExpanded, multiLine, singleLine } from "./text_fold.ts";
