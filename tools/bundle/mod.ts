/** The two forms of the phone: the checkout, and a bundle that `make_bundle.ts` makes of it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a launcher has to know. */
export interface PhoneForm {
  /** Its `deno.json`, with the permissions. */
  config: string;
  main: string;
  /** The program that finds the permissions of a station. */
  narrow: string;
}

export function checkoutForm(root: string): PhoneForm {
  return formOf(root, "ts");
}

export function bundleForm(folder: string): PhoneForm {
  return formOf(folder, "js");
}

function formOf(root: string, extension: "ts" | "js"): PhoneForm {
  return {
    config: join(root, "deno.json"),
    main: join(root, `main.${extension}`),
    narrow: join(root, `src/cli/commands/station/narrow.${extension}`),
  };
}

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** The packages of the phone must be there. @throws Error with one line on what is wrong */
export async function makeBundle(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-config", "--node-modules-dir=none"],
      ...[`--lock=${join(HERE, "esbuild.lock")}`, "--frozen"],
      ...["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-run"],
      ...[join(HERE, "make_bundle.ts"), folder],
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(reasonIn(new TextDecoder().decode(stderr)));
}

/** What the bundler says of the first thing that is wrong. */
function reasonIn(text: string): string {
  const lines = text.trim().split("\n");
  return lines.find((line) => /\bERROR: /.test(line)) ?? (lines[0] || "the bundler failed");
}
