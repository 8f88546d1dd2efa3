/** Graphs of what needs what. */

export type Graph = Map<string, Set<string>>;

/** Groups of nodes that need each other, and nodes that need themselves. */
export function circles(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const found: string[][] = [];
  // strongly connected components, R. Tarjan, SIAM J. Comput. 1 (1972) 146
  const visit = (node: string) => {
    index.set(node, index.size);
    lowest.set(node, index.get(node)!);
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (path.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
    }
    if (lowest.get(node) !== index.get(node)) return;
    const component = path.splice(path.indexOf(node));
    if (component.length > 1 || graph.get(node)?.has(node)) found.push(component.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}

/** The same graph of larger parts, without arrows from a part to itself. */
export function merged(graph: Graph, partOf: (node: string) => string): Graph {
  const parts: Graph = new Map();
  for (const [node, targets] of graph) {
    const from = partOf(node);
    const known = parts.get(from) ?? new Set();
    parts.set(from, known);
    for (const target of targets) if (partOf(target) !== from) known.add(partOf(target));
  }
  return parts;
}

/** A node and all that it needs, at any remove. */
export function reached(graph: Graph, start: string): Set<string> {
  const found = new Set([start]);
  for (const node of found) for (const next of graph.get(node) ?? []) found.add(next);
  return found;
}
