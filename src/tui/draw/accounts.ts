/** Accounts and their registrations: how each stands, why it fails, and when it is tried again. */
import { type AccountRow, chosenIndex } from "../model/mod.ts";
import { acting, line, type Row } from "./rows.ts";
import { type Glyphs, type StringKey, type TextRole, type Words, wrap } from "../look/mod.ts";
import { chosenRow, type Stage } from "./widgets.ts";

export function accountsView(stage: Stage): Row[] {
  const { state, words, columns, rows } = stage;
  const { accounts } = state.phone;
  if (accounts.length === 0) {
    return wrap(words.t("accounts.none.hint"), columns).map((text) => line(text, "warn"));
  }
  const chosen = chosenIndex(state);
  return accounts.flatMap((account, at) =>
    accountRows(stage, account, at === chosen).map((row) => acting(row, { choose: at }))
  )
    .slice(0, rows);
}

function accountRows(stage: Stage, account: AccountRow, chosen: boolean): Row[] {
  const { state, words, glyphs, columns } = stage;
  const { registration } = account;
  const head = chosenRow(
    [
      { text: `${registrationGlyph(account, glyphs)} `, role: registrationRole(account) },
      { text: account.id, role: "title", width: 12, drop: 1 },
      { text: ` ${account.uri}`, grow: true },
      { text: ` ${registrationText(account, words, state.now)}`, role: registrationRole(account) },
    ],
    chosen,
    glyphs,
  );
  const connected = words.t(account.connected ? "accounts.connected" : "accounts.disconnected");
  const why = registration.state === "failed"
    ? [words.error(registration.error), registration.error.hint ?? ""]
    : account.connectionError === undefined
    ? []
    : [words.error(account.connectionError)];
  const status = registration.state === "failed" && registration.status > 0
    ? ` (SIP ${registration.status})`
    : "";
  return [
    head,
    ...(registration.state === "none" && !account.connected
      ? []
      : [line(`    ${connected}${status}`, "dim")]),
    ...why.filter(Boolean).flatMap((text) => wrap(text, columns - 4))
      .map((text) => line(`    ${text}`, "bad")),
  ];
}

export function registrationGlyph({ registration }: AccountRow, glyphs: Glyphs): string {
  switch (registration.state) {
    case "registered":
      return glyphs.good;
    case "failed":
      return glyphs.bad;
    default:
      return glyphs.dialling;
  }
}

export function registrationRole({ registration }: AccountRow): TextRole {
  switch (registration.state) {
    case "registered":
      return "good";
    case "failed":
      return "bad";
    case "registering":
      return "accent";
    default:
      return "dim";
  }
}

export function registrationText(account: AccountRow, words: Words, now: number): string {
  const { registration, retryAt } = account;
  const said = words.t(`registration.${registration.state}` as StringKey);
  if (retryAt === undefined) return said;
  const time = words.duration(Math.max(0, retryAt - now));
  return `${said}, ${words.t("registration.retry", { time })}`;
}
