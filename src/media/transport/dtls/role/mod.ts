/** The client and the server of a handshake. */
export { ClientRole } from "./client_role.ts";
export { type HandshakeOptions, type HandshakeRole, Refused } from "./handshake.ts";
export { ServerRole } from "./server_role.ts";
