import { createClient, type Client } from 'graphql-ws';

/** An operation as codegen writes it: its text, and the types of its answer and its variables. */
export interface Operation<Answer, Variables> {
  toString(): string;
  __apiType?: (variables: Variables) => Answer;
}

/** A request that was not answered with data: `code` is the API's, `OFFLINE` where the server could not be reached. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly requestId?: string,
  ) {
    super(message);
  }
}

interface Answered<Answer> {
  data?: Answer | null;
  errors?: { message: string; extensions?: { code?: string; requestId?: string } }[];
}

/** Sends an operation and gives its data, whole; anything else is thrown as Refused. */
export async function ask<Answer, Variables>(operation: Operation<Answer, Variables>, variables: Variables, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query: operation.toString(), variables }),
      signal: signal ?? null,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Refused('OFFLINE', 'The server cannot be reached.');
  }
  if (response.status === 401) {
    signIn();
  }
  let answer: Answered<Answer>;
  try {
    answer = (await response.json()) as Answered<Answer>;
  } catch {
    throw new Refused('OFFLINE', `The server answered with status ${response.status} and no JSON.`);
  }
  const error = answer.errors?.[0];
  if (error || !answer.data) {
    throw new Refused(error?.extensions?.code ?? 'INTERNAL', error?.message ?? 'There was no answer.', error?.extensions?.requestId);
  }
  return answer.data;
}

/** Uploads a list of any size, as it is, and gives its id. */
export async function upload(file: File): Promise<string> {
  let response: Response;
  try {
    response = await fetch(`/files?name=${encodeURIComponent(file.name)}`, { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file });
  } catch {
    throw new Refused('OFFLINE', 'The server cannot be reached.');
  }
  if (response.status === 401) signIn();
  const answer = (await response.json().catch(() => ({}))) as { id?: string } & Answered<never>;
  if (answer.id) return answer.id;
  const error = answer.errors?.[0];
  throw new Refused(error?.extensions?.code ?? 'INTERNAL', error?.message ?? `The server answered with status ${response.status}.`, error?.extensions?.requestId);
}

/** Leads to the sign-in, and back to this page afterwards. */
function signIn(): void {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

let socket: Client | undefined;

/**
 * Subscribes until the function that it gives is called. It tries again for as long as the server is away: subscriptions of this
 * API begin with the present state, so nothing is missed by that.
 */
export function subscribe<Answer, Variables extends Record<string, unknown>>(
  operation: Operation<Answer, Variables>,
  variables: Variables,
  next: (answer: Answer) => void,
): () => void {
  socket ??= createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    lazyCloseTimeout: 5_000,
    retryAttempts: Infinity,
    shouldRetry: () => true,
  });
  return socket.subscribe<Answer>(
    { query: operation.toString(), variables },
    {
      next: (result) => {
        if (result.data) next(result.data);
      },
      error: () => undefined, // what was asked for is gone: the page's own query says so
      complete: () => undefined,
    },
  );
}
