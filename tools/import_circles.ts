/**
 * Circles among imports, and folders that hold too much. Pure: takes the imports of each file.
 *
 *     imports of files ─► circles of files          types count as much as values
 *                     └─► circles of folders        a folder is a concern: it rests on others, or they on it
 *
 * What is loaded with `import()` when it is used is not counted: it is how a table of commands names
 * what it starts.
 */

/** Key: a file or folder; value: what it imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Files at one level that a person still takes in. */
export const MOST_FILES = 24;

/** Folders with more files at one level than {@link MOST_FILES}. */
export function crowdedFolders(files: Iterable<string>): { folder: string; files: number }[] {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(folderOf(file), (counts.get(folderOf(file)) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > MOST_FILES)
    .map(([folder, count]) => ({ folder, files: count }));
}

/** The same imports between folders; imports inside a folder are left out. */
export function folderGraph(files: Graph): Graph {
  const folders = new Map<string, Set<string>>();
  for (const [file, targets] of files) {
    const from = folderOf(file);
    const known = folders.get(from) ?? new Set();
    for (const target of targets) if (folderOf(target) !== from) known.add(folderOf(target));
    folders.set(from, known);
  }
  return folders;
}

/** Sets of more than one that all reach each other, each sorted (Tarjan 1972). */
export function circlesOf(graph: Graph): string[][] {
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const visit = (node: string): number => {
    const own = order.size;
    order.set(node, own);
    lowest.set(node, own);
    path.push(node);
    for (const target of graph.get(node) ?? []) {
      const reached = order.has(target) ? lowest.get(target)! : visit(target);
      lowest.set(node, Math.min(lowest.get(node)!, reached));
    }
    if (lowest.get(node) === own) {
      const circle = path.splice(path.indexOf(node));
      for (const member of circle) lowest.set(member, Infinity);
      if (circle.length > 1) circles.push(circle.sort());
    }
    return lowest.get(node)!;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}
