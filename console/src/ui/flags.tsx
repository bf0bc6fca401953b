import type { TitleRowFragment } from '../api/gql/graphql';
import { useSpoken } from '../words/locale';
import { Badge } from './parts';

type Flagged = Pick<TitleRowFragment, 'available' | 'listedByProvider' | 'waiting' | 'review' | 'removedAt' | 'retention' | 'localValues'>;

/** What is out of the ordinary about a title; nothing where nothing is. */
export function Flags({ of }: { of: Flagged }) {
  const { words } = useSpoken();
  return (
    <>
      {of.removedAt && <Badge tone="bad">{words.flag.removed}</Badge>}
      {of.review && <Badge tone="warn">{words.flag.review}</Badge>}
      {of.waiting && <Badge tone="warn">{words.flag.waits}</Badge>}
      {!of.available && <Badge tone="bad">{words.flag.unavailable}</Badge>}
      {!of.listedByProvider && !of.removedAt && <Badge>{words.flag.unlisted}</Badge>}
      {of.retention && <Badge tone="good">{words.flag.retained}</Badge>}
      {of.localValues.length > 0 && <Badge tone="busy">{words.flag.local}</Badge>}
    </>
  );
}
