/**
 * A program of its own: what follows `deno run …` so that it starts `offhook station ARGUMENTS` with the
 * permissions that this station needs, quoted for sh. The installed launcher runs it first. What is
 * wrong is not said here: when it prints nothing, the launcher starts the station as any command, and
 * that says what is wrong.
 */
import { fileURLToPath } from "node:url";
import { shellQuoted } from "../../../config/credentials/mod.ts";
import { runCommand } from "../../args/mod.ts";
import { processIo } from "../../process/mod.ts";
import { defineStation } from "./command.ts";
import { stationFlags } from "./station_permissions.ts";

/** @returns undefined: these arguments start no station */
export async function narrowFlags(args: readonly string[]): Promise<string[] | undefined> {
  let flags: string[] | undefined;
  const station = defineStation(async (values, { io }) => {
    flags = await stationFlags(values, io);
    return 0;
  });
  const io = processIo(() => {
    throw new Error("nothing ends here");
  });
  const silent = { ...io.stdout, write: () => Promise.resolve() };
  try {
    const context = { io: { ...io, stdout: silent, stderr: silent } } as never;
    await runCommand({ name: "station", brief: "", command: station }, args, context);
  } catch {
    return undefined;
  }
  return flags;
}

if (import.meta.main) {
  const flags = await narrowFlags(Deno.args.slice(1));
  if (flags !== undefined) {
    const main = fileURLToPath(new URL("../../../../main.ts", import.meta.url));
    const line = [...flags, main].map(shellQuoted).join(" ");
    await Deno.stdout.write(new TextEncoder().encode(line));
  }
}
