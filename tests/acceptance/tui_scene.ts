/** A terminal with the phone on its screen, and a practice PBX that it has an account at. */
import { PracticePbx } from "../../src/lab/practice_pbx.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { configure, TmuxScreen } from "../peers/tmux_screen.ts";

export const LIMITS = { timeout: 120_000 };

export interface Scene {
  screen: TmuxScreen;
  scratch: Scratch;
}

/** A practice PBX, and a terminal whose configuration has an account there. */
export async function withPhone(run: (scene: Scene) => Promise<void>): Promise<void> {
  await withScratch(async (scratch) => {
    const pbx = await PracticePbx.start({
      listen: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
      users: new Map([["alice", "alice"]]),
      log: () => {},
    });
    scratch.defer(() => pbx.close());
    configure(
      scratch,
      `[accounts.work]
user = "alice"
server = "127.0.0.1:${pbx.listening[0]!.port}"
transport = "udp"
password_env = "ALICE"
[audio]
mic = "voice"
speaker = "null"
`,
    );
    const screen = await TmuxScreen.open(scratch, {
      env: { ALICE: "alice", DBUS_SESSION_BUS_ADDRESS: "" },
    });
    scratch.defer(() => endStation(scratch));
    await run({ screen, scratch });
  });
}

export function stationPid(scratch: Scratch): number | undefined {
  try {
    const lock = Deno.readTextFileSync(scratch.file("runtime_dir/offhook/default/station.lock"));
    return Number(JSON.parse(lock).pid);
  } catch {
    return undefined;
  }
}

/** Whatever a failed test left running. */
export function endStation(scratch: Scratch): void {
  const pid = stationPid(scratch);
  if (pid === undefined) return;
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** A process that has ended and waits to be taken note of does not run. */
export async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] })
    .output();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout));
}
