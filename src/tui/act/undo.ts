/** Takes the last things back that can be taken back, one by one, the last first. */
import type { Controller } from "./controller.ts";
import type { Undo } from "../model/state.ts";

export async function undoLast(controller: Controller): Promise<void> {
  const step = controller.store.get().screen.undo.at(-1);
  if (step === undefined) return;
  controller.store.dispatch({ type: "undone" });
  const done = await takeBack(step, controller);
  if (step.kind.startsWith("contact-")) await controller.records.contactsChanged();
  if (done !== undefined) controller.say("undo.done");
}

/** @returns undefined when the phone refused: that was said */
async function takeBack(step: Undo, controller: Controller): Promise<unknown> {
  switch (step.kind) {
    case "mute":
      return await controller.ask("mute", { call: step.call, muted: step.muted });
    case "hold":
      return await controller.ask(step.held ? "hold" : "resume", { call: step.call });
    case "swap":
      return await controller.ask("swap", {});
    case "do-not-disturb":
      return await controller.ask("doNotDisturb", { on: step.on });
    case "contact-removed": {
      const { name, addresses, organisation, note, favourite } = step.contact;
      const draft = { name, addresses, organisation, note, favourite };
      return await controller.ask("contacts.add", draft);
    }
    case "contact-added":
      return await controller.ask("contacts.remove", { id: step.id });
    case "contact-changed":
      return await controller.ask("contacts.update", { id: step.id, changes: step.changes });
  }
}
