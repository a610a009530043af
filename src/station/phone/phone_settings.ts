/** From the options of a phone to what the core is told. Pure. */
import { type Account, type AccountId, DIRECT_ACCOUNT, routeOf } from "../../core/account/mod.ts";
import type { PhoneState, Settings } from "../../core/state/mod.ts";
import { MEDIA_FORMATS } from "../../media/mod.ts";
import type { CallerRing, PhoneOptions } from "./phone_options.ts";

export interface AccountChanges {
  /** Those that there will be, without the one that stands for having none. */
  accounts: Account[];
  /** Changed or removed, but with a live call: they stay as they are. */
  kept: AccountId[];
  /** Changed or removed: their user agents end. */
  gone: AccountId[];
}

/** What a changed configuration means for each account. */
export function accountChanges(
  { accounts, calls }: PhoneState,
  wanted: readonly Account[],
): AccountChanges {
  const next = new Map(wanted.map((account) => [account.id, account]));
  const busy = new Set([...calls.values()].map(({ account }) => account));
  const kept: AccountId[] = [];
  const gone: AccountId[] = [];
  for (const { account } of accounts.values()) {
    const { id } = account;
    if (id === DIRECT_ACCOUNT) continue;
    if (JSON.stringify(next.get(id)) === JSON.stringify(account)) continue;
    if (busy.has(id)) {
      kept.push(id);
      next.set(id, account);
    } else gone.push(id);
  }
  return { accounts: [...next.values()], kept, gone };
}

/** The core's settings. @throws OffhookError `invalid-target` for a hotline that cannot be called */
export function settingsOf(options: PhoneOptions): Settings {
  const { maxCalls, ringMs, doNotDisturb, active, endpoints, autoAnswer, policy, sounds } = options;
  const formats = [...MEDIA_FORMATS];
  const answered = autoAnswer === undefined ? {} : { autoAnswer };
  const lifted = liftOf(options);
  return {
    formats,
    maxCalls,
    ringMs,
    doNotDisturb,
    active,
    endpoints,
    ...answered,
    ...lifted,
    ...policy,
    ...sounds,
  };
}

function liftOf({ lift, accounts }: PhoneOptions): Pick<Settings, "lift"> {
  if (lift?.kind !== "hotline") return lift === undefined ? {} : { lift };
  const { account, uri } = routeOf(lift.target, accounts.map((each) => each.account), undefined);
  return { lift: { kind: "hotline", dial: { account, target: uri } } };
}

/** The account that stands for having none: requests go where their URI says. */
export function directAccount({ direct }: PhoneOptions): Account {
  const { listen: _, onRequest: __, routes: ___, ...account } = direct;
  return { ...account, id: DIRECT_ACCOUNT, server: "", register: false, expires: 0 };
}

/** What rings for a contact; undefined: what rings for everybody. Names are compared without case. */
export function ringFileOf(
  { name, groups }: { name: string; groups: readonly string[] },
  rings: readonly CallerRing[] = [],
): string | undefined {
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  return rings.find(({ contact, group }) =>
    (contact === undefined || same(contact, name)) &&
    (group === undefined || groups.some((each) => same(each, group)))
  )?.file;
}
