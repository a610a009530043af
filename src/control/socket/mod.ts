/** The socket file of a station: where it may lie, and whose it is. */
export { ownFolder, safeFolder } from "./own_folder.ts";
export { refuseForeignSocket } from "./own_socket.ts";
