/** Serves a phone to other processes. */
export { ControlServer, type Listen } from "./server.ts";
