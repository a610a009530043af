/** The folder of a station's socket, which is its user's alone. */
export { ownFolder, safeFolder } from "./own_folder.ts";
