/** From keys and events to actions. */
export { Controller } from "./controller.ts";
