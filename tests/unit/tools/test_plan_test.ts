/** Which tests run, from what was asked for. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { planGroups } from "../../../tools/test_plan.ts";

/** Runs with a folder that has these files, empty. */
function withFiles(files: string[], run: (root: string) => void): void {
  const root = mkdtempSync("/tmp/offhook-plan-");
  try {
    for (const file of files) {
      mkdirSync(`${root}/${file.slice(0, file.lastIndexOf("/"))}`, { recursive: true });
      writeFileSync(`${root}/${file}`, "");
    }
    run(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const FILES = [
  "tests/unit/b_test.ts",
  "tests/unit/deep/a_test.tsx",
  "tests/unit/fixture.ts",
  "tests/interop/peers_test.ts",
  "tests/interop/qos_test.ts",
  "tests/acceptance/cli_test.ts",
];

Deno.test("without a wish every level that has tests runs, the light ones in parallel", () => {
  withFiles(FILES, (root) => {
    assert.deepEqual(planGroups(root, []).groups, [
      {
        name: "unit",
        files: ["tests/unit/b_test.ts", "tests/unit/deep/a_test.tsx"],
      },
      { name: "interop", files: ["tests/interop/peers_test.ts"], jobs: 2 },
      { name: "interop, one by one", files: ["tests/interop/qos_test.ts"], jobs: 1 },
      { name: "acceptance", files: ["tests/acceptance/cli_test.ts"], jobs: 1 },
      {
        name: "acceptance, installed",
        files: ["tests/acceptance/cli_test.ts"],
        jobs: 1,
        bundled: true,
      },
    ]);
  });
});

Deno.test("levels, folders and files can be chosen; what is neither is named", () => {
  withFiles(FILES, (root) => {
    const wishes = ["interop", "tests/unit/deep", "tests/unit/b_test.ts", "unti"];
    const { groups, unknown } = planGroups(root, wishes);
    assert.deepEqual(groups.map(({ name, files }) => [name, files.length]), [
      ["interop", 1],
      ["interop, one by one", 1],
      ["tests/unit/deep", 1],
      ["files", 1],
    ]);
    assert.deepEqual(unknown, ["unti"]);
  });
});
