import { Fragment } from 'react';

/**
 * Two values, the characters that differ marked: what both begin and end with is left plain. A screen reader hears both whole.
 */
export function Difference({ before, after }: { before: string | null | undefined; after: string | null | undefined }) {
  if (!before || !after) return <span className="value">{after || before}</span>;
  const [start, end] = common(before, after);
  return (
    <span className="difference">
      <del>{marked(before, start, end)}</del> <span aria-hidden="true">→</span> <ins>{marked(after, start, end)}</ins>
    </span>
  );
}

function marked(text: string, start: number, end: number) {
  const middle = text.slice(start, text.length - end);
  return (
    <Fragment>
      {text.slice(0, start)}
      {middle && <mark>{middle}</mark>}
      {end > 0 && text.slice(text.length - end)}
    </Fragment>
  );
}

/** How many characters two texts share at their beginning and at their end; the two never overlap, nor cut a pair of surrogates. */
export function common(a: string, b: string): [start: number, end: number] {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start++;
  if (isHigh(a.charCodeAt(start - 1))) start--;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  if (end > 0 && isLow(a.charCodeAt(a.length - end))) end--;
  return [start, end];
}

const isHigh = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number) => code >= 0xdc00 && code < 0xe000;
