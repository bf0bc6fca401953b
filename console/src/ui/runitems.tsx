import { Link } from '@tanstack/react-router';
import type { RunRowFragment } from '../api/gql/graphql';
import { useSpoken } from '../words/locale';
import { Badge, Empty } from './parts';
import { toneOf } from './tone';

/** Runs in one line each: what, of whom, what came of it, when. */
export function RunItems({ runs, nothing }: { runs: readonly RunRowFragment[]; nothing: string }) {
  const { words, format } = useSpoken();
  if (runs.length === 0) return <Empty>{nothing}</Empty>;
  return (
    <ul className="items">
      {runs.map((run) => (
        <li key={run.id}>
          <div className="what">
            <Link to="/console/runs/$id" params={{ id: run.id }}>
              {[words.kind[run.kind], ...run.profiles.map((profile) => profile.name)].join(' · ')}
            </Link>
            <p>{run.error?.message ?? run.summary}</p>
          </div>
          <Badge tone={toneOf(run)}>{outcome(run, words)}</Badge>
          <span className="when">{format.ago(run.createdAt)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The outcome once there is one, the state before that. */
export function outcome(run: Pick<RunRowFragment, 'state' | 'verdict'>, words: ReturnType<typeof useSpoken>['words']): string {
  if (run.state === 'SUCCEEDED' && run.verdict) return words.verdict[run.verdict];
  return words.state[run.state];
}
