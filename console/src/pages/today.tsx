import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ChangedSinceDocument, MarkDoneDocument, TodayDocument, WorklistChangedDocument, type TodayQuery } from '../api/gql/graphql';
import { queries, useAnswer, useChange, useLive } from '../api/queries';
import { Difference } from '../ui/difference';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Loading, Problem, Section, UserErrors } from '../ui/parts';
import { RunItems } from '../ui/runitems';
import { useSpoken } from '../words/locale';

/** What a librarian opens in the morning. */
export function Today() {
  const { words } = useSpoken();
  const { data, error, refetch } = useAnswer(TodayDocument, {}, { refetchInterval: 30_000 });
  useLive(WorklistChangedDocument, {}, () => void queries.invalidateQueries());
  return (
    <Page heading={words.today.heading}>
      {error && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <Waits counts={data.worklistCounts} items={data.worklist.nodes} />
          <Alerts profiles={data.profiles.nodes} />
          <div className="columns">
            <Section heading={words.today.runs}>
              <RunItems runs={data.jobs.nodes} nothing={words.today.noRuns} />
            </Section>
            <Next jobs={data.scheduledJobs} />
          </div>
          <Changed />
        </>
      )}
    </Page>
  );
}

function Waits({ counts, items }: { counts: TodayQuery['worklistCounts']; items: TodayQuery['worklist']['nodes'] }) {
  const { words, format } = useSpoken();
  const mark = useChange(MarkDoneDocument);
  const open = counts.filter((count) => count.open > 0);
  return (
    <Section heading={words.today.waits}>
      {open.length === 0 ? (
        <Empty hint={words.today.nothingHint}>{words.today.nothing}</Empty>
      ) : (
        <>
          <ul className="figures">
            {open.map((count) => (
              <li key={count.type}>
                <span>{words.worklist[count.type]}</span>
                <strong>{words.today.open(count.open, format.number(count.open))}</strong>
              </li>
            ))}
          </ul>
          <ul className="items" aria-label={words.today.items}>
            {items.map((item) => (
              <li key={item.id}>
                <div className="what">
                  <Target item={item} />
                  <p>{item.summary}</p>
                </div>
                {item.assignee && <Badge>{item.assignee.name}</Badge>}
                {item.since && <span className="when">{format.ago(item.since)}</span>}
                <Button
                  aria-label={words.mark.doneFor(item.title)}
                  isDisabled={mark.isPending}
                  onPress={() => mark.mutate({ items: [{ id: item.id, version: item.version }] })}
                >
                  {words.mark.done}
                </Button>
              </li>
            ))}
          </ul>
          <UserErrors errors={mark.data?.markWorklistItems.userErrors} />
          {mark.error && <Problem error={mark.error} />}
        </>
      )}
    </Section>
  );
}

/** Where an item of the worklist is decided. */
function Target({ item }: { item: TodayQuery['worklist']['nodes'][number] }) {
  const portfolio = item.portfolio?.id ?? item.poLine?.portfolio?.id;
  if (item.job) {
    return (
      <Link to="/console/runs/$id" params={{ id: item.job.id }}>
        {item.title}
      </Link>
    );
  }
  if (portfolio) {
    return (
      <Link to="/console/titles/$id" params={{ id: portfolio }}>
        {item.title}
      </Link>
    );
  }
  return <strong>{item.title}</strong>;
}

function Alerts({ profiles }: { profiles: TodayQuery['profiles']['nodes'] }) {
  const { words, format } = useSpoken();
  const alerts = profiles.flatMap((profile) => profile.alerts.map((alert) => ({ ...alert, profile: profile.name })));
  if (profiles.length === 0) {
    return (
      <Empty>
        {words.today.setUp} <Link to="/console/setup">{words.setup.heading}</Link>
      </Empty>
    );
  }
  if (alerts.length === 0) return null;
  return (
    <Section heading={words.today.alerts}>
      <ul className="items">
        {alerts.map((alert) => (
          <li key={alert.profile + alert.code + alert.message}>
            <div className="what">
              <strong>{alert.profile}</strong>: {alert.message}
              <p>{alert.hint}</p>
            </div>
            <span className="when">{format.ago(alert.since)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Next({ jobs }: { jobs: TodayQuery['scheduledJobs'] }) {
  const { words, format } = useSpoken();
  return (
    <Section heading={words.today.next}>
      {jobs.length === 0 && <Empty>{words.today.noNext}</Empty>}
      <ul className="items">
        {jobs.map((job) => (
          <li key={job.id}>
            <div className="what">
              <Link to="/console/schedules">{job.name}</Link>
              <p>{job.scheduleText}</p>
            </div>
            <span className="when">
              {!job.active ? words.today.inactive : !job.enabled || !job.nextRun ? words.today.paused : format.moment(job.nextRun)}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const day = 86_400_000;

/**
 * What has changed since the last visit. A visit lasts until eight hours have passed without one: whoever reloads the page, or
 * comes back from lunch, still sees what was new in the morning.
 */
function useLastVisit(): string {
  const [since] = useState(() => {
    const now = Date.now();
    const seen = Number(localStorage.getItem('seen')) || now - day;
    let visit = Number(localStorage.getItem('visit')) || now - day;
    if (now - seen > day / 3) {
      visit = seen;
      localStorage.setItem('visit', String(visit));
    }
    return new Date(visit).toISOString();
  });
  useEffect(() => localStorage.setItem('seen', String(Date.now())), []);
  return since;
}

function Changed() {
  const { words, format } = useSpoken();
  const since = useLastVisit();
  const { data } = useAnswer(ChangedSinceDocument, { since });
  if (!data) return null;
  return (
    <Section
      heading={words.today.changed}
      aside={<a href={`/changes.tsv?since=${encodeURIComponent(since)}`}>{words.today.allChanges}</a>}
    >
      <small>{words.today.since(format.moment(since))}</small>
      {data.changes.nodes.length === 0 && <Empty>{words.today.nothingChanged}</Empty>}
      <ul className="items">
        {data.changes.nodes.map((change) => (
          <li key={change.id}>
            <div className="what">
              {change.portfolio ? (
                <Link to="/console/titles/$id" params={{ id: change.portfolio.id }}>
                  {change.title}
                </Link>
              ) : (
                change.title
              )}
              <p>
                {words.action[change.action]}
                {change.field && ` · ${words.fields[change.field] ?? change.field}: `}
                {change.field && <Difference before={change.oldValue} after={change.newValue} />}
              </p>
            </div>
            <span className="when">{format.ago(change.at)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
