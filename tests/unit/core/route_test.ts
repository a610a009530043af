/** By which account a target goes: one rule, for every face. */
import assert from "node:assert/strict";
import { identityFor, routeOf } from "../../../src/core/account/route.ts";
import type { TransportName } from "../../../src/core/account/account.ts";

interface Row {
  /** `[id, server, transport]`, the default account first. */
  accounts: [string, string, TransportName?][];
  target: string;
  account: string;
  named?: string;
}

function route({ accounts, target, named }: Omit<Row, "account">) {
  const all = accounts.map(([id, server, transport]) => ({
    id,
    server,
    ...(transport === undefined ? {} : { transport }),
  }));
  return routeOf(target, [...all, { id: "direct", server: "" }], named);
}

const PORT: Row["accounts"] = [["a", "127.0.0.1:5971"]];
const BARE: Row["accounts"] = [["a", "127.0.0.1"]];
const DOMAIN: Row["accounts"] = [["a", "pbx.example.com"]];
const TWO: Row["accounts"] = [["a", "pbx.example.com:5080"], ["b", "pbx.example.com"]];

Deno.test("a complete address goes by the account of that host, port and transport, else directly", () => {
  const rows: Row[] = [
    // The host.
    { accounts: PORT, target: "sip:bob@127.0.0.2:5971", account: "direct" },
    { accounts: DOMAIN, target: "bob@pbx.example.com", account: "a" },
    { accounts: DOMAIN, target: "bob@PBX.Example.COM.", account: "a" },
    { accounts: DOMAIN, target: "bob@example.com", account: "direct" },
    { accounts: [["a", "[2001:db8::1]"]], target: "sip:bob@[2001:DB8:0:0::1]", account: "a" },
    { accounts: [["a", "[2001:db8::1]"]], target: "sip:bob@[2001:db8::2]", account: "direct" },
    // The port.
    { accounts: PORT, target: "sip:600@127.0.0.1:5560", account: "direct" },
    { accounts: PORT, target: "sip:600@127.0.0.1:5971", account: "a" },
    { accounts: PORT, target: "sip:600@127.0.0.1", account: "direct" },
    { accounts: BARE, target: "sip:600@127.0.0.1", account: "a" },
    { accounts: BARE, target: "sip:600@127.0.0.1:5060", account: "a" },
    { accounts: [["a", "127.0.0.1", "tls"]], target: "sip:600@127.0.0.1:5061", account: "a" },
    { accounts: [["a", "127.0.0.1", "tls"]], target: "sip:600@127.0.0.1:5060", account: "direct" },
    { accounts: [["a", "127.0.0.1", "tls"]], target: "sip:600@127.0.0.1", account: "a" },
    { accounts: [["a", "pbx.example.com:5080"]], target: "bob@pbx.example.com", account: "a" },
    { accounts: DOMAIN, target: "bob@pbx.example.com:5080", account: "direct" },
    { accounts: TWO, target: "bob@pbx.example.com:5060", account: "b" },
    { accounts: TWO, target: "bob@pbx.example.com:5080", account: "a" },
    // The transport.
    { accounts: BARE, target: "sip:600@127.0.0.1;transport=UDP", account: "a" },
    { accounts: BARE, target: "sip:600@127.0.0.1;transport=tcp", account: "direct" },
    {
      accounts: [["a", "127.0.0.1", "tcp"]],
      target: "sip:6@127.0.0.1;transport=tcp",
      account: "a",
    },
    { accounts: DOMAIN, target: "sip:bob@pbx.example.com;transport=tcp", account: "a" },
    { accounts: DOMAIN, target: "sips:bob@pbx.example.com", account: "direct" },
    {
      accounts: [["a", "pbx.example.com", "tls"]],
      target: "sips:bob@pbx.example.com",
      account: "a",
    },
    {
      accounts: [["a", "pbx.example.com", "wss"]],
      target: "sips:bob@pbx.example.com",
      account: "a",
    },
    // Who was asked for.
    { accounts: PORT, target: "sip:bob@127.0.0.2:25998", named: "a", account: "a" },
    { accounts: DOMAIN, target: "bob@pbx.example.com", named: "direct", account: "direct" },
    { accounts: TWO, target: "600", named: "b", account: "b" },
    // What only an account can complete.
    { accounts: TWO, target: "600", account: "a" },
    { accounts: TWO, target: "tel:+4930123", account: "a" },
    { accounts: [], target: "sip:600@127.0.0.1:5560", account: "direct" },
  ];
  for (const { account, ...row } of rows) {
    assert.equal(route(row).account, account, JSON.stringify(row));
  }
});

Deno.test("a number is completed by its account; a dial plan's whole address is as if it was typed", () => {
  const accounts = [{
    id: "a",
    server: "pbx.example.com:5080",
    dialPlan: [{ match: "9", to: "sip:desk@10.0.0.9:5070" }, { match: "0(\\d+)", to: "+49$1" }],
  }, { id: "b", server: "10.0.0.9:5070" }];
  const uris = ["600", "030", "9"].map((target) => routeOf(target, accounts, undefined));
  assert.deepEqual(uris, [
    { account: "a", uri: "sip:600@pbx.example.com:5080" },
    { account: "a", uri: "sip:+4930@pbx.example.com:5080" },
    { account: "b", uri: "sip:desk@10.0.0.9:5070" },
  ]);
});

Deno.test("a number without an account, or no target at all, is refused", () => {
  assert.throws(() => route({ accounts: [], target: "600" }), { code: "config-missing" });
  assert.throws(() => route({ accounts: DOMAIN, target: "600", named: "direct" }), {
    code: "config-missing",
  });
  assert.throws(() => route({ accounts: DOMAIN, target: "mailto:bob" }), {
    code: "invalid-target",
  });
});

Deno.test("who calls may be a number of the account", () => {
  const account = { id: "a", server: "pbx.example.com" };
  const named = { uri: "sip:7@pbx.example.com", displayName: "Ann" };
  assert.deepEqual(identityFor({ uri: "7", displayName: "Ann" }, account), named);
  assert.deepEqual(identityFor({ uri: "sip:7@other.org" }, account), { uri: "sip:7@other.org" });
  assert.throws(() => identityFor({ uri: "7" }, undefined), { code: "usage" });
});
