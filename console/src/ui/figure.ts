import type { CountsFragment } from '../api/gql/graphql';

/** A figure of a job by its name; 0 where its kind of jobs has none of that name. */
export function figureOf(counts: CountsFragment, name: string): number {
  const value = (counts as unknown as Record<string, unknown>)[name];
  return typeof value === 'number' ? value : 0;
}
