/** SDP text from and to media descriptions. */
export { SessionDescriptions } from "./session_descriptions.ts";
