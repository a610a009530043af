/** The flags with which a station starts: what is named, and nothing else. */
import assert from "node:assert/strict";
import { permissionFlags } from "../../../src/config/values/permissions.ts";

const NOTHING = {
  read: [],
  write: [],
  neverRead: [],
  neverWrite: [],
  variables: [],
  deno: "/deno",
};

const valueOf = (flags: string[], name: string) =>
  flags.find((flag) => flag.startsWith(`--${name}=`))?.slice(name.length + 3);

Deno.test("no list is empty: to Deno a flag without a list means everything", () => {
  const flags = permissionFlags(NOTHING);
  for (const name of ["read", "write", "env", "run"]) {
    assert.ok(!flags.includes(`--allow-${name}`), name);
  }
  assert.ok(!flags.some((flag) => flag.endsWith("=")));
  assert.equal(valueOf(flags, "allow-write"), undefined);
  assert.equal(valueOf(flags, "allow-run"), "/deno");
  assert.ok(flags.includes("--deny-ffi") && flags.includes("--deny-import"));
});

Deno.test("what is written may be read; a comma in a path is part of it", () => {
  const flags = permissionFlags({
    ...NOTHING,
    read: ["/a,b"],
    write: ["/w", "/w"],
    variables: ["PW"],
  });
  assert.ok(valueOf(flags, "allow-read")!.startsWith("/a,,b,/w,/etc/"));
  assert.equal(valueOf(flags, "allow-write"), "/w");
  assert.ok(valueOf(flags, "allow-env")!.endsWith(",PW"));
});
