/** What a station is told to be: settings and accounts, at once and while calls go on. */
import type { Account } from "../../account/mod.ts";
import type { Settings, Turn } from "../../state/mod.ts";
import { configureAccounts } from "../account/mod.ts";
import { configureSpeech } from "./speech.ts";

/** Replaces both. */
export function configure(turn: Turn, settings: Settings, accounts: readonly Account[]): void {
  const before = turn.settings;
  turn.putSettings(settings);
  configureAccounts(turn, accounts);
  configureSpeech(turn, before, settings);
  if (settings.doNotDisturb !== before.doNotDisturb) {
    turn.events.push({ type: "do-not-disturb", on: settings.doNotDisturb });
  }
}

export function setDoNotDisturb(turn: Turn, on: boolean): void {
  turn.putSettings({ ...turn.settings, doNotDisturb: on });
  turn.events.push({ type: "do-not-disturb", on });
}
