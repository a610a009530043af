/** The media of one call. */
export { CallMedia, type MediaSurroundings } from "./call_media.ts";
