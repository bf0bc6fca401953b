// Packs what vite built into dist/, which is committed and embedded. A file whose text has not changed stays as it is, since
// zlib packs differently from version to version.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

const from = new URL('build/', import.meta.url);
const to = new URL('dist/', import.meta.url);
mkdirSync(to, { recursive: true });
const built = readdirSync(from).toSorted();
for (const name of readdirSync(to)) {
  if (!built.includes(name.replace(/\.gz$/, ''))) rmSync(new URL(name, to));
}
for (const name of built) {
  const text = readFileSync(new URL(name, from));
  const packed = new URL(`${name}.gz`, to);
  if (!same(packed, text)) writeFileSync(packed, gzipSync(text, { level: 9 }));
}
rmSync(from, { recursive: true });

function same(packed, text) {
  try {
    return gunzipSync(readFileSync(packed)).equals(text);
  } catch {
    return false;
  }
}
