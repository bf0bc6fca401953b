import { createClient as createSSEClient, type ExecutionResult } from 'graphql-sse';
import { createClient as createWSClient } from 'graphql-ws';
import WebSocket from 'ws';

import type { TypedDocumentString } from './gql/graphql.js';

/** How a subscription is listened to. */
export type Transport = 'ws' | 'sse';

/** A server's API, with a token where the server asks for one. */
export class API {
  readonly #headers: Record<string, string>;

  constructor(
    readonly url: string,
    token: string | undefined,
  ) {
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** Sends a query or mutation; variables and answer have the types that codegen found. */
  async ask<Data, Variables>(operation: TypedDocumentString<Data, Variables>, variables: Variables): Promise<Data> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: operation.toString(), variables }),
    });
    // What is wrong stands in the body, with any status; a proxy's own error page is no JSON.
    return dataOf(`${response.status}`, (await response.json()) as ExecutionResult<Data>);
  }

  /** Listens to a subscription until it ends or the loop over it is left. */
  async *listen<Data, Variables extends Record<string, unknown>>(
    transport: Transport,
    operation: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): AsyncGenerator<Data> {
    const url = `${this.url}/graphql`;
    const client =
      transport === 'sse'
        ? createSSEClient({ url, headers: this.#headers })
        : // Headers cannot be set on a browser's WebSocket, so the token comes as the payload of connection_init.
          createWSClient({
            url: url.replace(/^http/, 'ws'),
            webSocketImpl: WebSocket, // of Node 20; browsers and Node 22 have their own
            connectionParams: this.#headers.authorization === undefined ? {} : { Authorization: this.#headers.authorization },
          });
    try {
      for await (const event of client.iterate<Data>({ query: operation.toString(), variables })) {
        yield dataOf(transport, event as ExecutionResult<Data>);
      }
    } finally {
      await client.dispose();
    }
  }

  /** Downloads a file by the path that the API shows. */
  async download(path: string): Promise<string> {
    const response = await fetch(this.url + path, { headers: this.#headers });
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
    return response.text();
  }
}

function dataOf<Data>(source: string, answer: ExecutionResult<Data>): Data {
  if (answer.errors !== undefined && answer.errors.length > 0) {
    throw new Error(answer.errors.map((e) => `${e.message} (${source}, ${String(e.extensions?.['code'])})`).join('; '));
  }
  if (answer.data === undefined || answer.data === null) {
    throw new Error(`${source}: there is neither data nor an error`);
  }
  return answer.data;
}
