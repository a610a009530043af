/** What the media of a phone can do, and its clock. */
export { type MediaClock, systemClock, Ticker } from "./clock.ts";
export { MEDIA_FORMATS } from "./formats.ts";
