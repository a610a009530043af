/** `offhook dial`, and what `redial` shares with it. */
export { detachField, type DialFlags, runDialValues } from "./command.ts";
