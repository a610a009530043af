/** Call control: one pure step from an input to effects and events. */
export { initialState, step } from "./step.ts";
