/** What is done to the sound of a microphone before it is sent. */
export { Speech } from "./speech.ts";
