// The first session of the README: activate a collection, make a profile, run it, wait for the end, read the report.
//
//     node dist/main.js [URL] [ws|sse]
//
// With AUTOHOLDINGS_TOKEN, where the server asks for a token. It ends with status 1 where anything is wrong.
import { randomUUID } from 'node:crypto';

import { API, type Transport } from './api.js';
import {
  ActivateDocument,
  AddProfileDocument,
  LiveDocument,
  ReportDocument,
  RunDocument,
  type JobMode,
  type LiveSubscription,
  type ReportQuery,
} from './gql/graphql.js';

/** What a user can mend is no error of GraphQL: each payload of a mutation has it. */
function mended<Payload extends { userErrors: readonly { code: string; message: string }[] }>(payload: Payload): Payload {
  if (payload.userErrors.length > 0) {
    throw new Error(payload.userErrors.map((e) => `${e.code}: ${e.message}`).join('; '));
  }
  return payload;
}

function there<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) {
    throw new Error(`the API answered without ${what}`);
  }
  return value;
}

/** Queues a run. The key makes it safe to send again when no answer came: the same job is answered. */
async function run(api: API, profileId: string, mode: JobMode): Promise<string> {
  const { runProfile } = await api.ask(RunDocument, { profileId, mode, key: randomUUID() });
  return there(mended(runProfile).job, 'a job').id;
}

/** Watches a job until it is over: the first event is the job as it is now, and the subscription ends with the job. */
async function watch(api: API, transport: Transport, id: string): Promise<LiveSubscription['jobUpdated']> {
  let last: LiveSubscription['jobUpdated'] | undefined;
  for await (const { jobUpdated } of api.listen(transport, LiveDocument, { id })) {
    last = jobUpdated;
    const { phase, done, total } = jobUpdated.progress;
    console.log(`  ${jobUpdated.state} ${phase ?? ''} ${total > 0 ? `${done} of ${total}` : ''}`.trimEnd());
    if (jobUpdated.state === 'NEEDS_REVIEW') {
      throw new Error('the job waits for a person to approve it'); // so the subscription goes on
    }
  }
  const job = there(last, 'a job');
  if (job.state !== 'SUCCEEDED') {
    throw new Error(`the job is ${job.state}: ${job.error?.message ?? job.summary ?? ''}`);
  }
  return job;
}

type Report = NonNullable<ReportQuery['job']>;

/** Reads the whole report, page by page. */
async function read(api: API, id: string): Promise<{ report: Report; changes: Report['changes']['nodes'] }> {
  const changes: Report['changes']['nodes'] = [];
  let after: string | null = null;
  for (;;) {
    const answer: ReportQuery = await api.ask(ReportDocument, { id, after });
    const report: Report = there(answer.job, 'the job');
    changes.push(...report.changes.nodes);
    if (!report.changes.pageInfo.hasNextPage) {
      return { report, changes };
    }
    after = report.changes.pageInfo.endCursor;
  }
}

async function session(api: API, transport: Transport): Promise<void> {
  const { activateCollection } = await api.ask(ActivateDocument, { communityZoneId: '61563711870000041' });
  console.log(`activated: ${there(mended(activateCollection).collection, 'a collection').name}`);

  const { createProfile } = await api.ask(AddProfileDocument, {
    customerNumber: 'demo', // of the mock provider, and its key
    apiKey: 'demo-key',
  });
  const profile = there(mended(createProfile).profile, 'a profile');

  for (const mode of ['PREVIEW', 'APPLY'] as const) {
    const id = await run(api, profile.id, mode);
    console.log(`${mode} ${id}`);
    const job = await watch(api, transport, id);
    console.log(`${job.verdict}: ${job.summary}`);
    const { report, changes } = await read(api, id);
    if (changes.length !== report.changes.totalCount || report.counts.added === 0) {
      throw new Error(`${changes.length} of ${report.changes.totalCount} changes were read, ${report.counts.added} are added`);
    }
    const lines = (await api.download(report.reportTsv)).trimEnd().split('\n').length - 1; // the first has the names of columns
    if (lines !== changes.length) {
      throw new Error(`the file has ${lines} changes, the API ${changes.length}`);
    }
    console.log(`${changes.length} changes, the first: ${changes[0]?.action} ${changes[0]?.title}`);
  }
}

const [url = 'http://127.0.0.1:8080', transport = 'ws'] = process.argv.slice(2);
if (transport !== 'ws' && transport !== 'sse') {
  throw new Error(`${transport} is neither ws nor sse`);
}
try {
  await session(new API(url, process.env['AUTOHOLDINGS_TOKEN']), transport);
} catch (error) {
  console.error(error instanceof Error && error.cause !== undefined ? `${error.message}: ${String(error.cause)}` : String(error));
  process.exitCode = 1;
}
