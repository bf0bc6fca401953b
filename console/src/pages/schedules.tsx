import { Link, useNavigate } from '@tanstack/react-router';
import { PauseScheduleDocument, ResumeScheduleDocument, RunScheduleDocument, SchedulesDocument, type SchedulesQuery } from '../api/gql/graphql';
import { useAnswer, useChange } from '../api/queries';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Problem, Until, UserErrors } from '../ui/parts';
import { outcome } from '../ui/runitems';
import { toneOf } from '../ui/tone';
import { useSpoken } from '../words/locale';

/** What runs by itself. */
export function Schedules() {
  const { words } = useSpoken();
  const { data, error, isPending, refetch } = useAnswer(SchedulesDocument, {}, { refetchInterval: 30_000 });
  return (
    <Page heading={words.schedules.heading}>
      <Until answer={{ error, isPending, refetch }} />
      {data?.scheduledJobs.length === 0 && <Empty>{words.schedules.none}</Empty>}
      <ul className="items">
        {data?.scheduledJobs.map((job) => <Schedule key={job.id} job={job} />)}
      </ul>
    </Page>
  );
}

function Schedule({ job }: { job: SchedulesQuery['scheduledJobs'][number] }) {
  const { words, format } = useSpoken();
  const navigate = useNavigate();
  const pause = useChange(PauseScheduleDocument);
  const resume = useChange(ResumeScheduleDocument);
  const run = useChange(RunScheduleDocument);
  const error = pause.error ?? resume.error ?? run.error;
  return (
    <li>
      <div className="what">
        <strong>{job.name}</strong>
        <p>{job.scheduleText}</p>
        <p>
          {words.schedules.last}:{' '}
          {job.lastRun ? (
            <>
              <Link to="/console/runs/$id" params={{ id: job.lastRun.id }}>
                {format.moment(job.lastRun.createdAt)}
              </Link>{' '}
              <Badge tone={toneOf(job.lastRun)}>{outcome(job.lastRun, words)}</Badge>
            </>
          ) : (
            words.schedules.never
          )}
        </p>
        <p>
          {words.schedules.next}: {job.active && job.enabled && job.nextRun ? format.moment(job.nextRun) : job.active ? words.today.paused : words.today.inactive}
        </p>
        <UserErrors
          errors={pause.data?.disableScheduledJob.userErrors ?? resume.data?.enableScheduledJob.userErrors ?? run.data?.runScheduledJob.userErrors}
        />
        {error && <Problem error={error} />}
      </div>
      <div className="buttons">
        {job.enabled ? (
          <Button aria-label={words.schedules.pauseOf(job.name)} isDisabled={pause.isPending} onPress={() => pause.mutate({ id: job.id })}>
            {words.schedules.pause}
          </Button>
        ) : (
          <Button aria-label={words.schedules.resumeOf(job.name)} isDisabled={resume.isPending} onPress={() => resume.mutate({ id: job.id })}>
            {words.schedules.resume}
          </Button>
        )}
        <Button
          kind="main"
          aria-label={words.schedules.runOf(job.name)}
          isDisabled={run.isPending || !job.active}
          onPress={() =>
            run.mutate(
              { id: job.id, key: crypto.randomUUID() },
              {
                onSuccess: ({ runScheduledJob }) => {
                  if (runScheduledJob.job) void navigate({ to: '/console/runs/$id', params: { id: runScheduledJob.job.id } });
                },
              },
            )
          }
        >
          {words.schedules.run}
        </Button>
      </div>
    </li>
  );
}
