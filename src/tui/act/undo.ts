/** Takes the last things back that can be taken back, one by one, the last first. */
import type { Desk } from "./action.ts";
import type { Undo } from "../model/mod.ts";

export async function undoLast(desk: Desk): Promise<void> {
  const step = desk.store.get().screen.undo.at(-1);
  if (step === undefined) return;
  desk.store.dispatch({ type: "undone" });
  const done = await takeBack(step, desk);
  if (step.kind.startsWith("contact-")) await desk.records.contactsChanged();
  if (done !== undefined) desk.say("undo.done");
}

/** @returns undefined when the phone refused: that was said */
async function takeBack(step: Undo, desk: Desk): Promise<unknown> {
  switch (step.kind) {
    case "mute":
      return await desk.ask("mute", { call: step.call, muted: step.muted });
    case "hold":
      return await desk.ask(step.held ? "hold" : "resume", { call: step.call });
    case "swap":
      return await desk.ask("swap", {});
    case "do-not-disturb":
      return await desk.ask("doNotDisturb", { on: step.on });
    case "speech":
      return await desk.ask("speech", { speech: step.speech });
    case "contact-removed":
      // With its id: what was undoable before it was removed stays so.
      return await desk.ask("contacts.import", { cards: [step.card] });
    case "contact-added":
      return await desk.ask("contacts.remove", { id: step.id });
    case "contact-changed":
      return await desk.ask("contacts.update", { id: step.id, changes: step.changes });
  }
}
