/** Hosts and ports, read and written. */
import assert from "node:assert/strict";
import { formatHostPort, parseHostPort, parsePort } from "../../../src/base/network/address.ts";

Deno.test("host and port are told apart", () => {
  const table: [string, ReturnType<typeof parseHostPort>][] = [
    ["sip.example.com", { host: "sip.example.com" }],
    ["sip.example.com:5061", { host: "sip.example.com", port: 5061 }],
    ["127.0.0.1:5060", { host: "127.0.0.1", port: 5060 }],
    ["::1", { host: "::1" }],
    ["[::1]", { host: "::1" }],
    ["[::1]:5060", { host: "::1", port: 5060 }],
    ["[fe80::1%eth0]:5060", { host: "fe80::1%eth0", port: 5060 }],
    ["localhost", { host: "localhost" }],
    ["", undefined],
    ["a b", undefined],
    ["host:", undefined],
    ["host:0", undefined],
    ["host:65536", undefined],
    ["host:50:60", undefined],
    ["256.1.1.1", undefined],
    ["1.2.3", undefined],
    ["[::1", undefined],
    ["[host]:1", undefined],
    ["-bad.example", undefined],
    ["user@host", undefined],
    ["sip:host", undefined],
  ];
  for (const [text, expected] of table) assert.deepEqual(parseHostPort(text), expected, text);
});

Deno.test("formatting is the inverse of parsing", () => {
  for (const text of ["sip.example.com", "127.0.0.1:5060", "[::1]:5060", "[::1]"]) {
    assert.equal(formatHostPort(parseHostPort(text)!), text);
  }
});

Deno.test("port zero is only for listening", () => {
  assert.equal(parsePort("0"), undefined);
  assert.equal(parsePort("0", true), 0);
  assert.deepEqual(parseHostPort("127.0.0.1:0", true), { host: "127.0.0.1", port: 0 });
});
