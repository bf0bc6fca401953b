import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const dir = mkdtempSync(join(tmpdir(), 'apicheck-'));

function compare(before, after) {
  const files = [before, after].map((text, i) => {
    const file = join(dir, `${i}.graphqls`);
    writeFileSync(file, text);
    return file;
  });
  return spawnSync(process.execPath, [join(import.meta.dirname, 'compare.js'), ...files], { encoding: 'utf8' });
}

const old = 'type Query { title(id: ID!): String! size: Int }';

test('what is new breaks nobody', () => {
  const { status, stdout } = compare(old, 'type Query { title(id: ID!, day: String): String! size: Int date: String }');
  assert.strictEqual(status, 0, stdout);
});

test('what is gone, or wants more, breaks clients', () => {
  for (const next of [
    'type Query { title(id: ID!): String! }',
    'type Query { title(id: ID!, day: String!): String! size: Int }',
    'type Query { title(id: ID!): String size: Int }',
  ]) {
    const { status, stdout } = compare(old, next);
    assert.strictEqual(status, 1, `${next}: ${stdout}`);
  }
});
