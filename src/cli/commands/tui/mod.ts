/** `offhook tui`, and what `tour` shares with it. */
export { screenFields } from "./command.ts";
