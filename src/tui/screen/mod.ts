/** The terminal itself. */
export { FullScreen } from "./full_screen.tsx";
export { ProcessTerminal, type Terminal } from "./terminal.ts";
