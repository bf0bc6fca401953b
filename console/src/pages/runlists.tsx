import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { RunChangesDocument, RunFindingsDocument, type ChangeAction, type RunChangesQuery } from '../api/gql/graphql';
import { usePages } from '../api/queries';
import { Choice } from '../ui/choice';
import { Difference } from '../ui/difference';
import { grouped } from '../ui/grouped';
import { Badge, Button, Empty, Problem, Section } from '../ui/parts';
import type { Words } from '../words/en';
import { useSpoken } from '../words/locale';

const route = getRouteApi('/console/runs/$id');
type Change = NonNullable<RunChangesQuery['job']>['changes']['nodes'][number];

/** The lines of a report. */
export function Changes({ id }: { id: string }) {
  const { words, format } = useSpoken();
  const search = route.useSearch();
  const navigate = useNavigate();
  const filter = useMemo(() => (search.action ? { action: [search.action as ChangeAction] } : {}), [search.action]);
  const pages = usePages(RunChangesDocument, { id, filter }, (answer) => answer.job?.changes);
  const groups = useMemo(() => grouped(pages.data?.pages.flatMap((page) => page.job?.changes.nodes ?? []) ?? []), [pages.data]);
  const total = pages.data?.pages[0]?.job?.changes.totalCount ?? 0;
  return (
    <Section
      id="changes"
      heading={`${words.run.changes} (${format.number(total)})`}
      aside={
        <Choice
          label={words.titles.facets}
          value={search.action ?? ''}
          options={[['', words.run.allActions], ...(Object.entries(words.action) as [string, string][])]}
          onChange={(action) => void navigate({ to: '/console/runs/$id', params: { id }, search: { ...search, action: action || undefined } as typeof search, hash: 'changes' })}
        />
      }
    >
      {pages.error && <Problem error={pages.error} again={() => void pages.refetch()} />}
      {pages.data && groups.length === 0 && <Empty>{words.run.noChanges}</Empty>}
      <ul className="items">
        {groups.map((group) =>
          group.from ? (
            <li key={group.from + group.to}>
              <details className="what">
                <summary>
                  {words.action['UPDATE']} · {words.fields['title_url']}: <Difference before={group.from} after={group.to ?? null} /> ·{' '}
                  {words.run.sameFor(format.number(group.changes.length))}
                </summary>
                <ul className="items">
                  {group.changes.map((change) => (
                    <Line key={change.id} change={change} />
                  ))}
                </ul>
              </details>
            </li>
          ) : (
            group.changes.map((change) => <Line key={change.id} change={change} />)
          ),
        )}
      </ul>
      {pages.hasNextPage && (
        <Button isDisabled={pages.isFetchingNextPage} onPress={() => void pages.fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </Section>
  );
}

/** Why a line is as it is, for the kinds that say so. */
function why(change: Change, { run }: Words): string {
  if ('keptFor' in change && change.keptFor) {
    return [run.keptFor[change.keptFor], change.poLines.join(', '), change.successor && run.followedBy(change.successor.title)].filter(Boolean).join(' · ');
  }
  if ('predecessor' in change && change.predecessor) return run.follows(change.predecessor.title);
  if ('waits' in change && change.waits) return run.waitsSince[change.waits];
  return '';
}

function Line({ change }: { change: Change }) {
  const { words } = useSpoken();
  return (
    <li>
      <div className="what">
        {change.portfolio ? (
          <Link to="/console/titles/$id" params={{ id: change.portfolio.id }}>
            {change.title}
          </Link>
        ) : (
          <strong>{change.title}</strong>
        )}
        <p>
          {change.field && `${words.fields[change.field] ?? change.field}: `}
          <Difference before={change.oldValue} after={change.newValue} />
        </p>
        {why(change, words) && <p>{why(change, words)}</p>}
      </div>
      {change.line && (
        <span className="when">
          {words.run.line} {change.line}
        </span>
      )}
      <Badge>{words.action[change.action] ?? change.action}</Badge>
    </li>
  );
}

/** What was found in the lists, with what to do about it. */
export function Findings({ id }: { id: string }) {
  const { words, format } = useSpoken();
  const pages = usePages(RunFindingsDocument, { id }, (answer) => answer.job?.findings);
  const findings = pages.data?.pages.flatMap((page) => page.job?.findings.nodes ?? []) ?? [];
  const total = pages.data?.pages[0]?.job?.findings.totalCount ?? 0;
  return (
    <Section id="findings" heading={`${words.run.findings} (${format.number(total)})`}>
      {pages.error && <Problem error={pages.error} again={() => void pages.refetch()} />}
      {pages.data && findings.length === 0 && <Empty>{words.run.noFindings}</Empty>}
      <ul className="items">
        {findings.map((finding) => (
          <li key={finding.id}>
            <div className="what">
              {finding.message}
              {finding.rule ? (
                <details>
                  <summary>{finding.rule.title}</summary>
                  <p>
                    {words.run.cause}: {finding.rule.cause}
                  </p>
                  <p>
                    {words.run.cure}: {finding.rule.cure}
                  </p>
                </details>
              ) : (
                finding.hint && <p>{finding.hint}</p>
              )}
            </div>
            {finding.line && (
              <span className="when">
                {words.run.line} {finding.line}
              </span>
            )}
            <Badge tone={finding.severity === 'FATAL' || finding.severity === 'ERROR' ? 'bad' : finding.severity === 'WARNING' ? 'warn' : 'plain'}>
              {words.severity[finding.severity]}
            </Badge>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && <Button onPress={() => void pages.fetchNextPage()}>{words.more}</Button>}
    </Section>
  );
}
