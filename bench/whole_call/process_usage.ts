/** CPU time and memory of a process and its children, from /proc (Linux only). */

/** Clock ticks a second; 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/** Process ids of a process and everything below it. */
function family(pid: number): number[] {
  const children = [...Deno.readDirSync(`/proc/${pid}/task`)]
    .flatMap(({ name }) => readText(`/proc/${pid}/task/${name}/children`).trim().split(" "))
    .filter((id) => id !== "");
  return [pid, ...children.flatMap((id) => family(Number(id)))];
}

/** CPU seconds that it has used, user and system, all threads. */
export function cpuSeconds(pid: number): number {
  return family(pid).reduce((sum, id) => {
    // The second field is the name in parentheses, which may contain spaces.
    const fields = readText(`/proc/${id}/stat`).split(") ").at(-1)!.split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }, 0);
}

/** Resident memory now, MiB. */
export function residentMebibytes(pid: number): number {
  return family(pid).reduce((sum, id) => {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readText(`/proc/${id}/status`))?.[1] ?? 0;
    return sum + Number(kibibytes) / 1024;
  }, 0);
}

function readText(path: string): string {
  return Deno.readTextFileSync(path);
}
