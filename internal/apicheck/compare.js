// What a client of the schema OLD would miss in the schema NEW: node compare.js OLD NEW prints every break, and exits with 1
// if there is one.
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true }));
const changes = await diff(before, after);
const breaks = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
for (const { message, path } of breaks) {
  console.log(`${path}: ${message}`);
}
console.log(`${changes.length} changes of the schema, ${breaks.length} of which break clients`);
process.exit(breaks.length === 0 ? 0 : 1);
