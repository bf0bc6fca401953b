/** What a list of changes says in one line where many lines say the same. */
export interface Group<Change> {
  /** What all of them have in common, for a group of more than one: the host that addresses moved from and to. */
  from?: string;
  to?: string;
  changes: Change[];
}

interface Changed {
  action: string;
  field?: string | null;
  oldValue?: string | null;
  newValue?: string | null;
}

/** Fewer lines than these are shown one by one. */
const few = 5;

/** Puts the lines together in which an address moved from one host to another; everything else stays as it is, in its order. */
export function grouped<Change extends Changed>(changes: readonly Change[]): Group<Change>[] {
  const moved = new Map<string, Group<Change>>();
  const groups: Group<Change>[] = [];
  for (const change of changes) {
    const [from, to] = [host(change.oldValue), host(change.newValue)];
    if (change.action !== 'UPDATE' || !change.field?.endsWith('title_url') || !from || !to || from === to) {
      groups.push({ changes: [change] });
      continue;
    }
    const name = `${from} ${to}`;
    let group = moved.get(name);
    if (!group) {
      group = { from, to, changes: [] };
      moved.set(name, group);
      groups.push(group);
    }
    group.changes.push(change);
  }
  return groups.flatMap((group) => (group.from && group.changes.length < few ? group.changes.map((change) => ({ changes: [change] })) : [group]));
}

function host(address: string | null | undefined): string | null {
  return /^https?:\/\/([^/?#]+)/.exec(address ?? '')?.[1] ?? null;
}
