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

/** Whether nothing more comes of a job by itself: it has ended. */
export const isOver = (state: string | undefined): boolean => state === 'SUCCEEDED' || state === 'FAILED' || state === 'CANCELLED';

/** Whether a job has said what it has to say: it has ended, or waits for a person. */
export const hasSpoken = (state: string | undefined): boolean => isOver(state) || state === 'NEEDS_REVIEW';
