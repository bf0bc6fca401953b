import { getRouteApi, Link } from '@tanstack/react-router';
import { JobTypesDocument } from '../api/gql/graphql';
import { useAnswer } from '../api/queries';
import { Page } from '../ui/page';
import { Empty, Until } from '../ui/parts';
import { SearchBox } from '../ui/searchbox';
import { useSpoken } from '../words/locale';

const route = getRouteApi('/console/jobs');

/** The jobs that a person can run. */
export function Jobs() {
  const { words } = useSpoken();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, isPending, refetch } = useAnswer(JobTypesDocument, {});
  // Searched here, since the server has their names in English only.
  const sought = (q ?? '').toLowerCase().split(/\s+/);
  const types = data?.jobTypes
    .map((type) => ({ ...type, shown: words.jobs.types[type.mutation] ?? [type.name, type.description] }))
    .filter((type) => sought.every((word) => [type.name, type.description, ...type.shown].join(' ').toLowerCase().includes(word)));
  return (
    <Page heading={words.jobs.heading}>
      <SearchBox label={words.jobs.search} hint={words.jobs.searchHint} value={q ?? ''} onSearch={(text) => void navigate({ search: text ? { q: text } : {}, replace: true })} />
      <Until answer={{ error, isPending, refetch }} />
      {types?.length === 0 && <Empty>{words.jobs.none}</Empty>}
      <ul className="items" aria-label={words.jobs.heading}>
        {types?.map((type) => (
          <li key={type.mutation}>
            <div className="what">
              <Link to="/console/jobs/$mutation" params={{ mutation: type.mutation }}>
                {type.shown[0]}
              </Link>
              <p>{type.shown[1]}</p>
            </div>
          </li>
        ))}
      </ul>
    </Page>
  );
}
