/** Actions on calls: which call a key means, and what is asked of the phone. */
import type { ActionName } from "../keys/actions.ts";
import type { Controller } from "./controller.ts";
import { frontCall, isRinging, type LiveCall, ringingCall } from "../model/phone_model.ts";

export class CallActions {
  readonly #controller: Controller;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  /** @returns false when it is no action on a call */
  perform(name: ActionName): boolean {
    const controller = this.#controller;
    const { phone } = controller.store.get();
    const front = frontCall(phone);
    const ringing = ringingCall(phone);
    switch (name) {
      case "answer":
        if (ringing !== undefined) void controller.ask("answer", { call: ringing.view.id });
        return true;
      case "reject":
        if (ringing !== undefined) {
          void controller.ask("reject", { call: ringing.view.id, status: 603 });
        }
        return true;
      case "hangup":
        if (front !== undefined) this.#hangup(front);
        return true;
      case "mute":
        if (front !== undefined) void this.#mute(front);
        return true;
      case "hold":
        if (front !== undefined) void this.#hold(front);
        return true;
      case "swap":
        void controller.ask("swap", {}).then((done) => {
          if (done !== undefined) controller.undoable({ kind: "swap" });
        });
        return true;
      case "transfer":
        controller.store.dispatch({ type: "purpose", purpose: "transfer" });
        void controller.records.search("");
        return true;
      case "pad":
        if (front !== undefined) controller.open({ name: "pad", call: front.view.id, sent: "" });
        return true;
      case "record":
        if (front !== undefined) this.#record(front);
        return true;
      case "redial":
        this.#redial();
        return true;
      default:
        return false;
    }
  }

  /** A ringing call is refused; there is nothing else to hang up in it. */
  #hangup({ view }: LiveCall): void {
    if (isRinging(view)) void this.#controller.ask("reject", { call: view.id, status: 603 });
    else void this.#controller.ask("hangup", { call: view.id });
  }

  async #mute({ view: { id: call, muted } }: LiveCall): Promise<void> {
    const done = await this.#controller.ask("mute", { call, muted: !muted });
    if (done !== undefined) this.#controller.undoable({ kind: "mute", call, muted });
  }

  async #hold({ view }: LiveCall): Promise<void> {
    const held = view.hold.local;
    const done = await this.#controller.ask(held ? "resume" : "hold", { call: view.id });
    if (done !== undefined) this.#controller.undoable({ kind: "hold", call: view.id, held });
  }

  /** Where it goes is the station's choice; the mark on screen and the history say it. */
  #record({ view: { id: call, recording } }: LiveCall): void {
    const action = recording.name === "off" ? "start" : "stop";
    void this.#controller.ask("record", { call, action });
  }

  #redial(): void {
    const { history } = this.#controller.store.get().records;
    const last = history.find(({ direction }) => direction === "outgoing");
    if (last !== undefined) void this.#controller.ask("dial", { target: last.remote.uri });
  }
}
