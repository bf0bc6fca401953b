import { useState } from 'react';
import { useSpoken } from '../words/locale';

type Values = Record<string, string | boolean>;

/**
 * What somebody changes of a thing in a form. `now` is what is there, which other people may change meanwhile; an empty text stands
 * for nothing.
 */
export function useDraft<V extends Values>(now: V) {
  const [began] = useState(now);
  const [mine, setMine] = useState(now);
  const names = Object.keys(mine) as (keyof V & string)[];
  return {
    mine,
    set: <N extends keyof V>(name: N) => (value: V[N]) => setMine((before) => ({ ...before, [name]: value })),
    /** Only what was changed here, so that nobody's change to something else is taken back. */
    changed: Object.fromEntries(names.filter((name) => mine[name] !== began[name]).map((name) => [name, mine[name] === '' ? null : mine[name]])) as {
      [N in keyof V]?: V[N] extends boolean ? boolean : string | null;
    },
    /** What is there now, where it is not what stands here. */
    theirs: (name: keyof V): string | boolean | undefined => (mine[name] === now[name] ? undefined : now[name]),
  };
}

/** Says what somebody else has put meanwhile, where it is not what stands here; `shown` is how it looks, where it is an id. */
export function useTheirs<Name>(draft: { theirs: (name: Name) => string | boolean | undefined }, conflict: boolean) {
  const { words } = useSpoken();
  return (name: Name, shown?: string | null): string | undefined => {
    const now = conflict ? draft.theirs(name) : undefined;
    if (now === undefined) return undefined;
    return words.title.theirs(typeof now === 'boolean' ? (now ? words.yes : words.no) : (shown ?? now) || words.none);
  };
}
