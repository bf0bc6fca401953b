import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { CancelRunDocument, RunDocument, RunUpdatedDocument, UndoRunDocument, type CountsFragment, type RunQuery } from '../api/gql/graphql';
import { queries, useAnswer, useChange, useLive } from '../api/queries';
import { NotFound } from '../ui/notfound';
import { Page } from '../ui/page';
import { Badge, Button, Facts, Loading, Problem, Section, UserErrors } from '../ui/parts';
import { figureOf } from '../ui/figure';
import { outcome } from '../ui/runitems';
import { hasSpoken, isOver, toneOf } from '../ui/tone';
import { useSpoken } from '../words/locale';
import { Decide } from './decide';
import { Changes, Findings } from './runlists';

const route = getRouteApi('/console/runs/$id');
export type Run = NonNullable<RunQuery['job']>;

/** One run: how far it is, what came of it, and what can be done about it. */
export function Run() {
  const { words } = useSpoken();
  const { id } = route.useParams();
  const { data, error, isPending, refetch } = useAnswer(RunDocument, { id });
  const job = data?.job;
  // What is live comes by the subscription. When the state changes, so does what else is on the page.
  useLive(RunUpdatedDocument, job && !isOver(job.state) ? { id } : null, ({ jobUpdated }) => {
    const before = queries.getQueryData<RunQuery>([RunDocument.toString(), { id }])?.job?.state;
    queries.setQueryData<RunQuery>([RunDocument.toString(), { id }], (now) =>
      now?.job ? { job: { ...now.job, ...jobUpdated } as typeof now.job } : now);
    if (before !== jobUpdated.state) void queries.invalidateQueries();
  });
  if (error) {
    return (
      <Page heading={words.runs.heading}>
        <Problem error={error} again={() => void refetch()} />
      </Page>
    );
  }
  if (isPending) return <Loading />;
  if (!job) return <NotFound />;
  return (
    <Page heading={[words.kind[job.kind], ...job.profiles.map((profile) => profile.name)].join(' · ')} aside={<Actions job={job} />}>
      <Head job={job} />
      {!hasSpoken(job.state) && <Progress job={job} />}
      <Figures counts={job.counts} />
      <Parts job={job} />
      <Changes id={id} />
      <Findings id={id} />
    </Page>
  );
}

function Head({ job }: { job: Run }) {
  const { words, format } = useSpoken();
  return (
    <>
      <div className="buttons" role="status">
        <Badge tone={toneOf(job)}>{outcome(job, words)}</Badge>
        {job.verdict && job.state !== 'SUCCEEDED' && <Badge>{words.verdict[job.verdict]}</Badge>}
        {job.mode === 'PREVIEW' && <Badge>{words.verdict.PREVIEWED}</Badge>}
        {job.summary && <span>{job.summary}</span>}
      </div>
      {job.error && (
        <div className="problem">
          <strong>{job.error.message}</strong>
          {job.error.hint && <p>{job.error.hint}</p>}
          <small>{job.error.code}</small>
        </div>
      )}
      {job.waitsBecause && (
        <p className="note">
          {job.waitsBecause.message} {job.waitsBecause.hint}
        </p>
      )}
      <Facts
        rows={[
          [words.runs.started, `${format.moment(job.createdAt)}, ${words.trigger[job.trigger]}`],
          ['', job.startedBy?.name && words.run.startedBy(job.startedBy.name)],
          ['', job.decidedBy?.name && words.run.decidedBy(job.decidedBy.name)],
          ['', job.state === 'QUEUED' && Date.parse(job.dueAt) > Date.now() && words.run.dueAt(format.ago(job.dueAt))],
          [words.run.waitsFor, job.waitsFor && <RunLink job={job.waitsFor} />],
          [words.run.of, job.subject && <RunLink job={job.subject} />],
          [words.profiles.groups, job.groups.map((group) => group.name).join(', ')],
          ['', !job.applied && isOver(job.state) && job.mode === 'PREVIEW' && words.run.notApplied],
        ].filter((row): row is [string, string] => Boolean(row[1]))}
      />
      {hasSpoken(job.state) && (
        <p className="buttons">
          <a href={job.reportTsv}>{words.run.table}</a>
          <a href={job.reportJson}>{words.run.json}</a>
        </p>
      )}
    </>
  );
}

function RunLink({ job }: { job: { id: string; kind: Run['kind'] } }) {
  const { words } = useSpoken();
  return (
    <Link to="/console/runs/$id" params={{ id: job.id }}>
      {words.kind[job.kind]}
    </Link>
  );
}

/** How far it is, how fast it goes, and about how long it still takes. */
function Progress({ job }: { job: Run }) {
  const { words, format } = useSpoken();
  const { done, total, phase } = job.progress;
  const [began, setBegan] = useState<{ phase: string | null; done: number; at: number } | null>(null);
  useEffect(() => {
    setBegan((before) => (before?.phase === (phase ?? null) && before.done <= done ? before : { phase: phase ?? null, done, at: Date.now() }));
  }, [phase, done]);
  const seconds = began ? (Date.now() - began.at) / 1000 : 0;
  const rate = began && seconds > 1 ? (done - began.done) / seconds : 0;
  const left = rate > 0 ? (total - done) / rate : 0;
  const percent = total > 0 ? (done / total) * 100 : 0;
  return (
    <Section heading={words.run.progress}>
      <div className="bar" role="progressbar" aria-label={words.run.progress} aria-valuenow={Math.round(percent)} aria-valuemin={0} aria-valuemax={100}>
        <div style={{ inlineSize: `${percent}%` }} />
      </div>
      <p>
        {phase} {total > 0 && words.of(format.number(done), format.number(total))}
        {rate > 0 && ` · ${words.run.rate(format.number(Math.round(rate)))}`}
        {left > 0 && ` · ${words.run.left(left > 90 ? words.run.minutes(Math.round(left / 60)) : words.run.seconds(Math.ceil(left)))}`}
      </p>
    </Section>
  );
}

type Counted = keyof ReturnType<typeof useSpoken>['words']['counts'];

/** The action whose lines a figure counts; a figure without one opens no list. */
const listed: Partial<Record<Counted, string>> = {
  added: 'ADD',
  updated: 'UPDATE',
  removed: 'REMOVE',
  kept: 'KEEP',
  retained: 'KEEP',
  withdrawn: 'WITHDRAW',
  free: 'FREE',
  invalid: 'INVALID',
  ambiguous: 'AMBIGUOUS',
  notInCommunityZone: 'NOT_IN_COMMUNITY_ZONE',
  locked: 'LOCKED',
  review: 'REVIEW',
  waiting: 'WAIT',
  wrongContent: 'WRONG_CONTENT',
  left: 'LEFT',
};

function Figures({ counts }: { counts: CountsFragment }) {
  const { words, format } = useSpoken();
  const search = route.useSearch();
  const { id } = route.useParams();
  const shown = (Object.keys(words.counts) as Counted[]).filter((name) => figureOf(counts, name) > 0);
  if (shown.length === 0) return null;
  return (
    <Section heading={words.run.figures}>
      <div className="figures">
        {shown.map((name) => {
          const action = listed[name];
          const figure = (
            <>
              <span>{words.counts[name]}</span>
              <strong>{format.number(figureOf(counts, name))}</strong>
            </>
          );
          return action ? (
            <Link
              key={name}
              to="/console/runs/$id"
              params={{ id }}
              search={{ action: search.action === action ? undefined : action } as typeof search}
              hash="changes"
              aria-current={search.action === action || undefined}
            >
              {figure}
            </Link>
          ) : (
            <div key={name}>{figure}</div>
          );
        })}
      </div>
      {'fields' in counts && counts.fields.length > 0 && (
        <p>
          <small>{counts.fields.map((field) => `${words.fields[field.name] ?? field.name} ${format.number(field.titles)}`).join(' · ')}</small>
        </p>
      )}
    </Section>
  );
}

function Parts({ job }: { job: Run }) {
  const { words, format } = useSpoken();
  if (job.parts.length === 0) return null;
  return (
    <Section heading={words.run.parts}>
      <ul className="items">
        {job.parts.map((part) => (
          <li key={part.id}>
            <div className="what">
              <strong>{[part.profileName, part.content ? words.content[part.content] : part.collectionName].filter(Boolean).join(' · ')}</strong>
              {part.file && <p>{part.file.name}</p>}
              {part.message && <p>{part.message}</p>}
              {part.hint && <p>{part.hint}</p>}
              {part.guards.map((guard) => (
                <p key={guard.guard + guard.message}>
                  <strong>{words.run.guard[guard.guard]}</strong>:{' '}
                  {words.run.affected(format.number(guard.affected), format.number(guard.before), format.percent(guard.percent))}. {guard.message}
                </p>
              ))}
              {part.decisions.some((d) => d.decision !== 'OPEN') && (
                <p>{part.decisions.filter((d) => d.decision !== 'OPEN').map((d) => `${words.run.changeKind[d.kind]}: ${words.run.decision[d.decision]}${d.reason ? ` (${d.reason})` : ''}`).join(' · ')}</p>
              )}
            </div>
            <Badge tone={part.state === 'HELD' || part.state === 'BLOCKED' ? 'warn' : part.state === 'FAILED' ? 'bad' : part.state === 'APPLIED' ? 'good' : 'plain'}>
              {words.partState[part.state]}
            </Badge>
            {part.state === 'HELD' && <Decide job={job} part={part} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Actions({ job }: { job: Run }) {
  const { words } = useSpoken();
  const navigate = useNavigate();
  const cancel = useChange(CancelRunDocument);
  const undo = useChange(UndoRunDocument);
  const goTo = (mode: 'PREVIEW' | 'APPLY', id: string) =>
    undo.mutate(
      { id, mode, key: crypto.randomUUID() },
      {
        onSuccess: ({ undoJob }) => {
          if (undoJob.job) void navigate({ to: '/console/runs/$id', params: { id: undoJob.job.id } });
        },
      },
    );
  const undoable = job.applied && isOver(job.state) && job.mode === 'APPLY' && job.verdict !== 'NO_CHANGE';
  const previewed = job.kind === 'UNDO' && job.mode === 'PREVIEW' && job.state === 'SUCCEEDED' ? job.subject : null;
  return (
    <div className="buttons">
      {(job.state === 'QUEUED' || job.state === 'RUNNING') && (
        <Button isDisabled={cancel.isPending} onPress={() => cancel.mutate({ id: job.id })}>
          {words.run.cancel}
        </Button>
      )}
      {undoable && (
        <Button isDisabled={undo.isPending} onPress={() => goTo('PREVIEW', job.id)}>
          {words.run.undoPreview}
        </Button>
      )}
      {previewed && (
        <Button kind="danger" isDisabled={undo.isPending} onPress={() => goTo('APPLY', previewed.id)}>
          {words.run.undoNow}
        </Button>
      )}
      <UserErrors errors={undo.data?.undoJob.userErrors ?? cancel.data?.cancelJob.userErrors} />
      {undo.error && <Problem error={undo.error} />}
      {cancel.error && <Problem error={cancel.error} />}
    </div>
  );
}
