import { Link } from '@tanstack/react-router';
import { CollectionNamesDocument } from '../api/gql/graphql';
import { useAnswer } from '../api/queries';
import { useSpoken } from '../words/locale';

/** The ways between the pages of acquisitions. */
export function AcquisitionsPages() {
  const { words } = useSpoken();
  return (
    <nav className="pages" aria-label={words.acquisitions.heading}>
      <Link to="/console/acquisitions" activeOptions={{ exact: true, includeSearch: false }}>
        {words.acquisitions.poLines}
      </Link>
      <Link to="/console/acquisitions/licenses" activeOptions={{ includeSearch: false }}>
        {words.acquisitions.licenses}
      </Link>
      <Link to="/console/acquisitions/import">{words.acquisitions.import}</Link>
      <Link to="/console/acquisitions/reconciliation" activeOptions={{ includeSearch: false }}>
        {words.acquisitions.reconciliation}
      </Link>
    </nav>
  );
}

/** The collections as options of a choice. */
export function useCollectionOptions(): [id: string, name: string][] {
  const { data } = useAnswer(CollectionNamesDocument, {}, { staleTime: 60_000 });
  return data?.collections.nodes.map((collection) => [collection.id, collection.name]) ?? [];
}

/** A first and a last day, either of which may be missing. */
export function days(from: string | null | undefined, until: string | null | undefined, day: (iso: string) => string): string {
  return from || until ? [from, until].map((d) => (d ? day(d) : '…')).join(' – ') : '';
}
