/** What the terminal phone does: one table of actions. */
export type { Desk, Leaving, MessageRole, Program } from "./action.ts";
export { ACTIONS, doesNow, nameOfAction, whyNot } from "./actions.ts";
export { addContact, beginRename, removeContact } from "./contact_actions.ts";
