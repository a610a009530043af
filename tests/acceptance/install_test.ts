/** `deno task install`: a launcher that works from anywhere and shows nothing of Deno's own. */
import assert from "node:assert/strict";
import { checkoutForm } from "../../tools/bundle/mod.ts";
import { launcher } from "../../tools/install.ts";
import { withScratch } from "../peers/scratch.ts";

const TOOL = new URL("../../tools/install.ts", import.meta.url).pathname;

async function run(program: string, args: string[], cwd: string, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd, env }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Without what is said only where npx brought the Deno of these tests, or in a home that is closed. */
function withoutPlace(text: string): string {
  return text.replace(/^installed .*\/lib\/offhook\/deno\n/m, "")
    .replace(/^Other users, .* cannot use this: .*\n(?:For them, .*\n)?/m, "");
}

Deno.test("the launcher runs from another folder and passes its arguments on", async () => {
  await withScratch(async (scratch) => {
    const prefix = scratch.file("it's a prefix");
    const args = ["run", "--quiet", "-A", TOOL, "--no-setup", "--prefix", prefix];
    const install = await run(Deno.execPath(), args, scratch.path);
    assert.equal(install.code, 0, install.stderr);
    assert.equal(install.stdout, "");
    assert.match(
      withoutPlace(install.stderr),
      /^installed .*\/lib\/offhook\/phone-\w+\ninstalled .*\/bin\/offhook\n.*\n.* is not on your PATH/,
    );
    const manual = await Deno.readTextFile(`${prefix}/share/man/man1/offhook.1`);
    assert.match(manual, /^\.TH OFFHOOK 1 \d{4}-\d\d-\d\d "offhook \d/);
    assert.match(install.stderr, /export PATH='.*it'\\''s a prefix\/bin':"\$PATH"/);
    const offhook = `${prefix}/bin/offhook`;
    const text = await Deno.readTextFile(offhook);
    assert.ok(!text.includes("/_npx/"), "it outlives npx's cache");
    const version = await run(offhook, ["version"], scratch.path);
    assert.match(version.stdout, /^offhook \d+\.\d+\.\d+\n$/);
    assert.equal(version.stderr, "");
    const deleted = 'mkdir "$2" && cd "$2" && rmdir "$2" && exec "$1" version';
    const place = scratch.file("deleted");
    const homeless = await run("sh", ["-c", deleted, "sh", offhook, place], scratch.path);
    assert.equal(homeless.stdout, version.stdout);
    const target = await run(offhook, ["dial", "sip:a b@$(id)`x`'\""], scratch.path);
    assert.equal(target.code, 2);
    assert.match(target.stderr, /^offhook: "sip:a b@\$\(id\)`x`'"" cannot be called/);
  });
});

Deno.test("a prefix on the PATH needs no more words", async () => {
  await withScratch(async (scratch) => {
    const args = [
      "run",
      "--quiet",
      "-A",
      TOOL,
      "--no-setup",
      "--checkout",
      `--prefix=${scratch.path}`,
    ];
    const PATH = `${scratch.path}/bin:${Deno.env.get("PATH")}`;
    const install = await run(Deno.execPath(), args, scratch.path, { PATH });
    const places = ["bin/offhook", "share/man/man1/offhook.1"];
    const lines = places.map((place) => `installed ${scratch.path}/${place}\n`);
    assert.equal(withoutPlace(install.stderr), lines.join(""));
  });
});

Deno.test("a new bundle leaves the one before to those who run it, and removes older ones", async () => {
  await withScratch(async (scratch) => {
    const lib = scratch.file("lib/offhook");
    const [older, before] = [`${lib}/phone-000000000001`, `${lib}/phone-000000000002`];
    for (const [folder, at] of [[older, 1], [before, 2]] as const) {
      await Deno.mkdir(folder, { recursive: true });
      await Deno.utime(folder, at, at);
    }
    const bundles = () => Array.from(Deno.readDirSync(lib), ({ name }) => name).sort();
    const args = ["run", "--quiet", "-A", TOOL, "--no-setup", `--prefix=${scratch.path}`];
    await run(Deno.execPath(), args, scratch.path);
    const first = bundles().filter((name) => name.startsWith("phone-"));
    assert.equal(first.length, 2);
    assert.ok(first.includes("phone-000000000002"), "a station may run from it");
    await run(Deno.execPath(), args, scratch.path);
    assert.deepEqual(
      bundles().filter((name) => name !== "deno"),
      first,
      "the same phone has the same place",
    );
  });
});

Deno.test("where the bundler cannot be had, offhook starts from the checkout", async () => {
  await withScratch(async (scratch) => {
    const args = ["run", "--quiet", "-A", TOOL, "--no-setup", `--prefix=${scratch.path}`];
    const env = { DENO_DIR: scratch.file("deno"), NPM_CONFIG_REGISTRY: "http://127.0.0.1:9" };
    const install = await run(Deno.execPath(), args, scratch.path, env);
    assert.equal(install.code, 0, install.stderr);
    assert.match(
      install.stderr,
      /^no bundle, so that offhook starts from this checkout, .*esbuild/m,
    );
    const { stdout } = await run(scratch.file("bin/offhook"), ["version"], scratch.path);
    assert.match(stdout, /^offhook /);
    assert.match(await Deno.readTextFile(scratch.file("bin/offhook")), /\/main\.ts "\$@"$/m);
  });
});

Deno.test("wrong arguments and folders are said in one line", async () => {
  await withScratch(async (scratch) => {
    const base = ["run", "--quiet", "-A", TOOL, "--no-setup"];
    const unknown = await run(Deno.execPath(), [...base, "--perfix"], scratch.path);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /^install: unknown argument --perfix; usage: .*\n$/);
  });
});

Deno.test("paths with quotes are quoted for sh", () => {
  const text = launcher("/a b/deno", checkoutForm("/it's/"));
  assert.match(text, /^exec '\/a b\/deno' run /m);
  assert.match(text, /'--config=\/it'\\''s\/deno\.json'/);
});
