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
  private readonly others: ChildProcess[] = [];

  static async start(): Promise<Server> {
    const server = new Server();
    server.port = await freePort();
    await server.up();
    return server;
  }

  /** A server with nothing in it yet, and the mock provider. */
  static async startEmpty(): Promise<Server> {
    const server = new Server();
    server.port = await freePort();
    const port = await freePort();
    server.provider = `http://127.0.0.1:${port}`;
    server.others.push(await server.run(['mockoup', '--addr', `127.0.0.1:${port}`], /127\.0\.0\.1:\d+/));
    const args = ['serve', '--data-dir', server.folder, '--addr', `127.0.0.1:${server.port}`, '--oup-url', server.provider, '--oup-allow-insecure'];
    server.process = await server.run(args, /the console at (http:\/\/\S+)\/\)/);
    server.url = `http://127.0.0.1:${server.port}`;
    return server;
  }

  /** Starts it, with what was there before. */
  async up(): Promise<void> {
    const args = ['demo', '--data-dir', this.folder, '--addr', `127.0.0.1:${this.port}`];
    this.process = await this.run(args, /console is at (http:\/\/\S+)\/, .* mock provider at (http:\/\/\S+)\. /, (found) => {
      this.url = found[1] ?? '';
      this.provider = found[2] ?? '';
    });
  }

  /** Runs the program until it has said something. */
  private async run(args: string[], ready: RegExp, heard: (found: RegExpExecArray) => void = () => undefined): Promise<ChildProcess> {
    const program = process.env['AUTOHOLDINGS'];
    if (!program) throw new Error('AUTOHOLDINGS must name the program: use make console-walk');
    const running = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (text: Buffer) => {
        said += text.toString();
        const found = ready.exec(said);
        if (!found) return;
        heard(found);
        resolve();
      };
      running.stdout.on('data', hear);
      running.stderr.on('data', hear);
      running.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}:\n${said}`)));
    });
    return running;
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
    for (const other of this.others) other.kill('SIGKILL');
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
