// Runs the audits of GraphQL over HTTP (npm: graphql-http) against the server at the address given, and prints those that
// fail, those that only should or may hold included. Exits with 1 if there is one.
import { serverAudits } from 'graphql-http';

const url = process.argv[2];
const results = [];
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  results.push(await audit.fn());
}
const failed = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason } of failed) {
  console.log(`${status} ${id} ${name}: ${reason}`);
}
console.log(`${results.length} audits, ${failed.length} not passed`);
process.exit(failed.length === 0 && results.length > 0 ? 0 : 1);
