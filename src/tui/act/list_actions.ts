/** Actions on the field and the list in front: moving, and what Enter means. */
import type { Action, Desk } from "./action.ts";
import {
  type ActionName,
  type AppState,
  canRecall,
  chosenContact,
  chosenIndex,
  chosenNumber,
  dialsTyped,
  digitsGoTo,
  frontCall,
  historyShown,
  isTyping,
  listLength,
  lost,
  ringingCall,
} from "../model/mod.ts";
import { CALL_ACTIONS } from "./call_actions.ts";
import { renameContact } from "./contact_actions.ts";
import type { StringKey } from "../look/mod.ts";

type GoesTo =
  | "answer"
  | "dial"
  | "transfer"
  | "rename"
  | "call"
  | "register"
  | "ladder"
  | "start";

/** What Enter means now. */
function goesTo(state: AppState): GoesTo | undefined {
  const { screen, phone } = state;
  if (screen.purpose !== "dial") {
    if (screen.field.trim() === "") return undefined;
    return screen.purpose === "transfer" ? "transfer" : "rename";
  }
  if (dialsTyped(state)) return "dial";
  if (screen.view === "phone" && isTyping(state)) return undefined;
  if (canStart(state)) return "start";
  if (!isTyping(state) && ringingCall(phone) !== undefined) return "answer";
  if (listLength(state) === 0) {
    return screen.field !== "" && (screen.view === "contacts" || screen.view === "history")
      ? "dial"
      : undefined;
  }
  switch (screen.view) {
    case "phone":
      // A stray Enter in a call must not place another one.
      return phone.calls.length === 0 ? "call" : undefined;
    case "contacts":
      return chosenNumber(state) === undefined ? undefined : "call";
    case "history":
      return "call";
    case "accounts":
      return "register";
    case "log":
      return "ladder";
    default:
      return undefined;
  }
}

interface Going {
  does: StringKey;
  run(desk: Desk, state: AppState): unknown;
}

const GOING: Readonly<Record<GoesTo, Going>> = {
  answer: { does: "action.go.answer", run: CALL_ACTIONS.answer.run },
  dial: { does: "action.go", run: dialChosen },
  transfer: { does: "action.go.transfer", run: transferChosen },
  rename: { does: "action.go.rename", run: renameContact },
  call: { does: "action.go.call", run: dialChosen },
  register: { does: "action.go.register", run: registerAgain },
  ladder: { does: "action.go.ladder", run: showLadder },
  start: { does: "action.startStation", run: startStation },
};

/** What Enter does without a text to go with it: a moment ago it may have been something else. */
const TURNED: ReadonlySet<GoesTo | undefined> = new Set(["answer", "call"]);

function goDisabled(state: AppState): StringKey | undefined {
  const to = goesTo(state);
  if (to === undefined) return isTyping(state) ? "why.nothing-typed" : "why.nothing-chosen";
  if (to === "start") return undefined;
  if (state.screen.inert && TURNED.has(to) && !isTyping(state)) return "why.just-changed";
  if (to === "transfer" && state.phone.calls.length === 0) return "why.no-call";
  return lost(state);
}

const canStart = ({ phone, startable }: AppState) => startable && phone.link.state === "lost";

const moves = (state: AppState) => listLength(state) > 0 ? undefined : "why.nothing-chosen";
const movesOrRecalls = (state: AppState) => canRecall(state) ? undefined : moves(state);

function step(by: (page: number) => number): Action["run"] {
  return ({ store }, state) => {
    const page = Math.max(1, state.screen.size.rows - 10);
    const to = Math.max(0, Math.min(listLength(state) - 1, chosenIndex(state) + by(page)));
    store.dispatch({ type: "move", to });
  };
}

/** Up from the top of the list brings back the last numbers, as in a shell; Down goes back again. */
function recallOr(by: 1 | -1): Action["run"] {
  const move = step(() => -by);
  return (desk, state) => {
    const recalls = canRecall(state) && (by > 0 || state.screen.recall !== undefined);
    if (!recalls) return move(desk, state);
    desk.store.dispatch({ type: "recall", by });
    return desk.records.search(desk.store.get().screen.field);
  };
}

export const LIST_ACTIONS = {
  go: {
    group: "calls",
    keys: { main: ["enter"], palette: ["enter"] },
    does: { name: "action.go.title", now: (state) => GOING[goesTo(state) ?? "dial"].does },
    disabled: goDisabled,
    // What answers has a key of its own, which is hinted.
    hint: (state) => [undefined, "answer"].includes(goesTo(state)) ? undefined : 1,
    run: (desk, state) => GOING[goesTo(state)!].run(desk, state),
  },
  search: {
    group: "dialling",
    keys: { free: ["/"] },
    does: {
      name: "action.search",
      now: (state) => digitsGoTo(state) === undefined ? "action.search" : "action.search.call",
    },
    hint: ({ phone }) => phone.calls.length > 0 ? 5.5 : undefined,
    run: (desk) => desk.store.dispatch({ type: "search" }),
  },
  up: {
    group: "dialling",
    keys: { main: ["up"], palette: ["up"], help: ["up"] },
    does: "action.up",
    disabled: movesOrRecalls,
    run: recallOr(1),
  },
  down: {
    group: "dialling",
    keys: { main: ["down"], palette: ["down"], help: ["down"] },
    does: "action.down",
    disabled: movesOrRecalls,
    run: recallOr(-1),
  },
  pageUp: {
    group: "dialling",
    keys: { main: ["pageup"], help: ["pageup"] },
    does: "action.pageUp",
    disabled: moves,
    run: step((page) => -page),
  },
  pageDown: {
    group: "dialling",
    keys: { main: ["pagedown"], help: ["pagedown"] },
    does: "action.pageDown",
    disabled: moves,
    run: step((page) => page),
  },
  clear: {
    group: "dialling",
    keys: {
      main: ["escape"],
      pad: ["escape", "enter"],
      palette: ["escape"],
      help: ["escape", "q", "?", "enter"],
    },
    does: "action.clear",
    hint: (state) => isTyping(state) ? 2.5 : undefined,
    run: clear,
  },
  register: {
    group: "program",
    keys: { idle: ["ctrl+g"] },
    does: "action.register",
    disabled: lostOrNoAccount,
    run: registerAgain,
  },
  ping: {
    group: "program",
    keys: { idle: ["ctrl+o"] },
    does: "action.ping",
    disabled: lostOrNoAccount,
    run: ping,
  },
  startStation: {
    group: "program",
    keys: {},
    does: "action.startStation",
    disabled: (state) => canStart(state) ? undefined : "why.station-there",
    run: startStation,
  },
} satisfies Partial<Record<ActionName, Action>>;

/** Calls what is chosen in front, or what is typed. */
async function dialChosen(desk: Desk, state: AppState): Promise<void> {
  const target = targetOf(state);
  // What could not be dialled stays in the field, to be mended.
  if (target === undefined || await desk.ask("dial", { target }) === undefined) return;
  desk.setField("");
  desk.store.dispatch({ type: "view", view: "phone" });
}

async function transferChosen(desk: Desk, state: AppState): Promise<void> {
  const call = frontCall(state.phone)?.view.id;
  const target = targetOf(state);
  if (call === undefined || target === undefined) return;
  if (await desk.ask("transfer", { call, target }) === undefined) return;
  desk.store.dispatch({ type: "purpose", purpose: "dial" });
}

function showLadder(desk: Desk, state: AppState): unknown {
  const line = state.phone.log[state.phone.log.length - 1 - chosenIndex(state)];
  return line?.call === undefined ? undefined : desk.records.ladder(line.call);
}

async function registerAgain(desk: Desk, state: AppState): Promise<void> {
  for (const { id } of meantAccounts(state)) await desk.ask("register", { account: id });
}

async function ping(desk: Desk, state: AppState): Promise<void> {
  for (const { id: account } of meantAccounts(state)) {
    const answer = await desk.ask("ping", { account });
    if (answer === undefined) continue;
    const { status, reason, rttMs } = answer;
    desk.say("ping.answered", { account, answer: `${status} ${reason}`, ms: rttMs }, "good");
  }
}

/** The chosen one, else all. */
function meantAccounts(state: AppState): readonly { id: string }[] {
  const { phone: { accounts }, screen } = state;
  const chosen = screen.view === "accounts" ? accounts[chosenIndex(state)] : undefined;
  return chosen === undefined ? accounts : [chosen];
}

function lostOrNoAccount(state: AppState): StringKey | undefined {
  return lost(state) ?? (state.phone.accounts.length === 0 ? "why.no-account" : undefined);
}

function clear(desk: Desk, state: AppState): void {
  const { screen, records } = state;
  if (screen.overlay !== undefined) return desk.open(undefined);
  if (screen.purpose !== "dial") return desk.store.dispatch({ type: "purpose", purpose: "dial" });
  if (isTyping(state)) return desk.setField("");
  if (records.ladder !== undefined && screen.view === "log") return desk.records.closeLadder();
  desk.store.dispatch({ type: "view", view: "phone" });
}

async function startStation(desk: Desk): Promise<void> {
  desk.say("link.starting");
  await desk.program.startStation?.().catch((error) => desk.sayError(error));
}

/** What Enter would call; undefined: nothing. */
function targetOf(state: AppState): string | undefined {
  const { screen, records } = state;
  const typed = screen.field.trim() || undefined;
  const index = chosenIndex(state);
  if (screen.view === "phone" && isTyping(state)) return records.hits[index]?.target ?? typed;
  if (dialsTyped(state)) return typed;
  const chosen = screen.view === "contacts"
    ? chosenContact(state) && chosenNumber(state)
    : screen.view === "history"
    ? historyShown(state)[index]?.remote.uri
    : records.history[index]?.remote.uri;
  return chosen ?? typed;
}
