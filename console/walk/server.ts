import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real server with the mock provider, two collections and a profile, as `demo` makes them. */
export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), 'autoholdings-console-'));
  url = '';
  provider = '';
  private port = 0;
  private process: ChildProcess | undefined;

  static async start(): Promise<Server> {
    const server = new Server();
    server.port = await freePort();
    await server.up();
    return server;
  }

  /** Starts it, with what was there before. */
  async up(): Promise<void> {
    const program = process.env['AUTOHOLDINGS'];
    if (!program) throw new Error('AUTOHOLDINGS must name the program: use make console-walk');
    const running = spawn(program, ['demo', '--data-dir', this.folder, '--addr', `127.0.0.1:${this.port}`], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = running;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (text: Buffer) => {
        said += text.toString();
        const found = /console is at (http:\/\/\S+)\/, .* mock provider at (http:\/\/\S+)\. /.exec(said);
        if (!found) return;
        this.url = new URL(found[1] ?? '').origin;
        this.provider = found[2] ?? '';
        resolve();
      };
      running.stdout.on('data', hear);
      running.stderr.on('data', hear);
      running.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
    });
  }

  /** Kills it, as a machine does that loses its power. */
  async down(): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  }

  async end(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the provider does next: a fault of the mock, or another month. */
  async tellProvider(what: 'fault' | 'release', how: unknown): Promise<void> {
    const answer = await fetch(`${this.provider}/_mock/${what}`, { method: 'PUT', body: JSON.stringify(how) });
    if (!answer.ok) throw new Error(`the mock provider answered ${answer.status}: ${await answer.text()}`);
  }

  /** Asks the API as somebody else. */
  async ask<T>(query: string, variables: unknown = {}): Promise<T> {
    const answer = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data: T; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}
