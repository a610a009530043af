/** Switches and buttons at GPIO lines. */
export type { ContactBackend } from "./backend.ts";
export { LinuxContacts } from "./linux_contacts.ts";
export { pollInput } from "./poll_input.ts";
export { ContactSession } from "./session.ts";
