import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { RunsDocument, type JobFilter, type JobKind, type JobState, type JobVerdict } from '../api/gql/graphql';
import { usePages } from '../api/queries';
import { Choice } from '../ui/choice';
import { Page } from '../ui/page';
import { Button, Until } from '../ui/parts';
import { RunItems } from '../ui/runitems';
import { useSpoken } from '../words/locale';

const route = getRouteApi('/console/runs');

/** All runs, the newest first. */
export function Runs() {
  const { words } = useSpoken();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo(() => {
    const chosen: JobFilter = {};
    if (search.state) chosen.state = [search.state as JobState];
    if (search.kind) chosen.kind = search.kind as JobKind;
    if (search.verdict) chosen.verdict = [search.verdict as JobVerdict];
    if (search.profile) chosen.profileId = search.profile;
    return chosen;
  }, [search]);
  const pages = usePages(RunsDocument, { filter }, (answer) => answer.jobs);
  const choose = (name: 'state' | 'kind' | 'verdict') => (value: string) => void navigate({ search: { ...search, [name]: value || undefined } });
  const options = (texts: Record<string, string>) => [['', words.any], ...Object.entries(texts)] as [string, string][];
  return (
    <Page
      heading={words.runs.heading}
      aside={
        <div className="buttons">
          <Choice label={words.runs.kind} value={search.kind ?? ''} options={options(words.kind)} onChange={choose('kind')} />
          <Choice label={words.runs.state} value={search.state ?? ''} options={options(words.state)} onChange={choose('state')} />
          <Choice label={words.runs.verdict} value={search.verdict ?? ''} options={options(words.verdict)} onChange={choose('verdict')} />
        </div>
      }
    >
      <Until answer={pages} />
      {pages.data && <RunItems runs={pages.data.pages.flatMap((page) => page.jobs.nodes)} nothing={words.runs.nothing} />}
      {pages.hasNextPage && (
        <Button onPress={() => void pages.fetchNextPage()} isDisabled={pages.isFetchingNextPage}>
          {words.more}
        </Button>
      )}
    </Page>
  );
}
