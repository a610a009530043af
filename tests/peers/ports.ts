/**
 * Free ports for peers that must be told one. They are taken at random outside the kernel's ephemeral
 * range where possible, so that no client socket gets one between the look and the peer's bind.
 */

const LOWEST = 20_000;
const HIGHEST = 32_000;
const given = new Set<number>();

function isFree(port: number, hostname: string): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname, port }).close();
    Deno.listen({ hostname, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/**
 * The first of `count` consecutive ports that are free for UDP and TCP, the first one even (RTP wants
 * that). A port is given once a process.
 */
export function freePorts(count = 1, hostname = "127.0.0.1"): number {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const first = LOWEST + 2 * Math.floor(Math.random() * (HIGHEST - LOWEST - count) / 2);
    const ports = Array.from({ length: count }, (_, i) => first + i);
    if (ports.every((port) => !given.has(port) && isFree(port, hostname))) {
      for (const port of ports) given.add(port);
      return first;
    }
  }
  throw new Error(`no ${count} free ports between ${LOWEST} and ${HIGHEST}`);
}

/**
 * Waits until somebody has bound a port: for programs that are silent about being ready. It only looks;
 * whoever tries to bind the port itself may take it from the program just then.
 */
export async function waitUntilBound(port: number, tcp = false): Promise<void> {
  const table = `/proc/net/${tcp ? "tcp" : "udp"}`;
  const local = new RegExp(`^ *\\d+: [0-9A-F]+:${hex(port)} `, "m");
  for (let attempt = 0; attempt < 200; attempt++) {
    const { stdout } = await new Deno.Command("cat", { args: [table] }).output();
    if (local.test(new TextDecoder().decode(stdout))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nobody has bound port ${port}`);
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}
