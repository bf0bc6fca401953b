import type { Tone } from './parts';

/** How a job's state and outcome look: what somebody has to look at stands out, and nothing else does. */
export function toneOf(job: { state: string; verdict?: string | null }): Tone {
  switch (job.state) {
    case 'QUEUED':
    case 'RUNNING':
    case 'CANCELLING':
      return 'busy';
    case 'NEEDS_REVIEW':
      return 'warn';
    case 'FAILED':
      return 'bad';
  }
  switch (job.verdict) {
    case 'CHANGED':
      return 'good';
    case 'PARTIAL':
    case 'BLOCKED':
      return 'warn';
  }
  return 'plain';
}
