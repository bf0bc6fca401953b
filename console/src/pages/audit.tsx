import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { AuditDocument, type ActorKind, type AuditEntryFilter } from '../api/gql/graphql';
import { usePages } from '../api/queries';
import { Choice } from '../ui/choice';
import { Field } from '../ui/fields';
import { Page } from '../ui/page';
import { Button, Empty, Until } from '../ui/parts';
import { SearchBox } from '../ui/searchbox';
import { useSpoken } from '../words/locale';
import { SettingsPages } from './settings';

const route = getRouteApi('/console/settings/audit');
type Search = ReturnType<typeof route.useSearch>;

/** Who did what, the newest first. */
export function Audit() {
  const { words, format } = useSpoken();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo<AuditEntryFilter>(
    () => ({
      ...(search.action && { action: search.action }),
      ...(search.actor && { actorKind: search.actor as ActorKind }),
      ...(search.since && { since: `${search.since}T00:00:00Z` }),
    }),
    [search],
  );
  const pages = usePages(AuditDocument, { filter }, (answer) => answer.auditEntries);
  const entries = pages.data?.pages.flatMap((page) => page.auditEntries.nodes) ?? [];
  const choose = (name: keyof Search & string) => (value: string) => void navigate({ search: { ...search, [name]: value || undefined } as Search, replace: true });
  return (
    <Page heading={words.settings.audit}>
      <SettingsPages />
      <div className="pair">
        <SearchBox label={words.settings.action} hint={words.settings.actionHint} value={search.action ?? ''} onSearch={choose('action')} />
        <Field label={words.settings.sinceDay} type="date" value={search.since ?? ''} onChange={choose('since')} />
        <Choice
          label={words.settings.actor}
          value={search.actor ?? ''}
          options={[['', words.any], ...(Object.entries(words.settings.actors) as [string, string][])]}
          onChange={choose('actor')}
        />
      </div>
      <Until answer={pages} />
      {pages.data && entries.length === 0 && <Empty>{words.settings.noAudit}</Empty>}
      <ul className="items">
        {entries.map((entry) => (
          <li key={entry.id}>
            <div className="what">
              <strong>{entry.action}</strong> {entry.actor.name ?? words.settings.actors[entry.actor.kind]}
              {entry.input && (
                <p>
                  <code>{entry.input}</code>
                </p>
              )}
              <p>{[entry.address, entry.requestId && words.refused.requestId(entry.requestId)].filter(Boolean).join(' · ')}</p>
            </div>
            <span className="when">{format.moment(entry.createdAt)}</span>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && <Button onPress={() => void pages.fetchNextPage()}>{words.more}</Button>}
    </Page>
  );
}
