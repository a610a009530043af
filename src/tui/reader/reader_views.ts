/** The views as lines, and as numbered choices where something can be chosen. Pure but for devices. */
import { callSentence } from "./announce.ts";
import { type AppState, nameOf, SIDES, verdictOf, type ViewName } from "../model/mod.ts";
import { shortAddress, type StringKey, type Words } from "../look/mod.ts";
import { registrationText, verdictText, whoOf } from "../draw/mod.ts";

/** Lists read out are short. */
export const CHOICES = 9;

/** Something that a number chooses. */
export interface Choice<Chosen> {
  text: string;
  chosen: Chosen;
}

/** What a view says; of contacts and history see the choices. */
export function viewLines(
  view: Exclude<ViewName, "contacts" | "history">,
  state: AppState,
  words: Words,
): string[] {
  switch (view) {
    case "phone":
      return [...accountLines(state, words), ...callLines(state, words)];
    case "quality":
      return qualityLines(state, words);
    case "devices":
      return deviceLines(state, words);
    case "accounts":
      return accountLines(state, words);
    case "log":
      return state.phone.log.slice(-CHOICES).map(({ at, text }) =>
        `${words.moment(at, state.now)} ${text}`
      );
  }
}

/** Each address of each contact; what is chosen is it. */
export function contactChoices(state: AppState): Choice<string>[] {
  return state.records.contacts.flatMap(({ contact, address }) => {
    const others = contact.addresses.filter(({ value }) => value !== address?.value);
    return [...(address === undefined ? [] : [address]), ...others].map(({ value }) => ({
      text: `${contact.name}, ${value}`,
      chosen: value,
    }));
  }).slice(0, CHOICES);
}

export function historyChoices(state: AppState, words: Words): Choice<string>[] {
  return state.records.history.slice(0, CHOICES).map((past) => {
    const name = nameOf(state, past.remote) ?? shortAddress(past.remote.uri);
    const outcome = words.t(`outcome.${past.outcome ?? "live"}` as StringKey);
    const direction = words.t(`direction.${past.direction}`);
    const when = words.moment(past.startedAt, state.now);
    return { text: `${name}, ${outcome}, ${direction}, ${when}`, chosen: past.remote.uri };
  });
}

function callLines(state: AppState, words: Words): string[] {
  const { calls } = state.phone;
  if (calls.length === 0) return [words.t("call.none")];
  return calls.map((call) => callSentence(state, call, words));
}

function accountLines(state: AppState, words: Words): string[] {
  const { accounts } = state.phone;
  if (accounts.length === 0) return [words.t("accounts.none.hint")];
  return accounts.map((account) => {
    const { registration, id, uri } = account;
    const why = registration.state === "failed" ? `, ${words.error(registration.error)}` : "";
    return `${id}, ${uri}: ${registrationText(account, words, state.now)}${why}`;
  });
}

function qualityLines(state: AppState, words: Words): string[] {
  if (state.phone.calls.length === 0) return [words.t("quality.none")];
  return state.phone.calls.map(({ view, samples }) => {
    const sides = SIDES.map((side) =>
      `${words.t(`quality.${side}`)}: ${verdictText(verdictOf(samples, side), words)}`
    );
    return `${whoOf(state, view.remote)}. ${sides.join(". ")}`;
  });
}

function deviceLines({ phone, records }: AppState, words: Words): string[] {
  const devices = records.devices?.devices ?? [];
  const cards = devices.map(({ name, defaultInput, defaultOutput }) =>
    defaultInput || defaultOutput ? `${name}, ${words.t("devices.default")}` : name
  );
  const headsets = phone.headsets.map(({ name, attached }) =>
    `${name}: ${words.t(attached ? "headset.attached" : "headset.detached")}`
  );
  return [
    ...(cards.length > 0 ? cards : [words.t("devices.none")]),
    ...(headsets.length > 0 ? headsets : [words.t("headset.none")]),
  ];
}
