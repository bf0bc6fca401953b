import type { StatementFragment } from '../api/gql/graphql';
import { useSpoken } from '../words/locale';
import { Scroll } from './parts';

export interface Lane {
  name: string;
  statements: readonly StatementFragment[];
}

const day = 86_400_000;
const year = 365.2425;

/** A day of a list, which may be a year or a month alone: its first day, or its last where it is an end. */
export function dayOf(text: string | null | undefined, end: boolean): number | null {
  const parts = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(text ?? '');
  if (!parts) return null;
  const [y, m, d] = [Number(parts[1]), parts[2] && Number(parts[2]), parts[3] && Number(parts[3])];
  if (!end) return Date.UTC(y, (m || 1) - 1, d || 1) / day;
  return d ? Date.UTC(y, (m as number) - 1, d) / day : Date.UTC(m ? y : y + 1, m || 0, 1) / day - 1;
}

/**
 * From when to when an embargo of KBART lets read, in days: P1Y the last year is not there yet, R1Y only the last year is.
 * `from` or `to` is null where the embargo does not limit it.
 */
export function embargoOf(text: string | null | undefined, today: number): { from: number | null; to: number | null } {
  let [from, to]: [number | null, number | null] = [null, null];
  for (const [, side, count, unit] of (text ?? '').matchAll(/([RP])(\d+)([DMY])/g)) {
    const at = today - Number(count) * (unit === 'D' ? 1 : unit === 'M' ? year / 12 : year);
    if (side === 'R') from = at;
    else to = at;
  }
  return { from, to };
}

const lane = { height: 18, gap: 6, label: 150 };
const width = 900;

/** When something can be read: a bar for each statement on an axis of years, one lane for each profile or campus. */
export function CoveragePicture({ title, lanes }: { title: string; lanes: readonly Lane[] }) {
  const { words } = useSpoken();
  const today = Math.floor(Date.now() / day);
  const bars = lanes.flatMap((l, row) =>
    l.statements.map((statement) => {
      const from = dayOf(statement.from, false);
      const to = dayOf(statement.to, true) ?? today;
      return { row, statement, from: from ?? Math.min(to, today) - 10 * year, to, open: from === null };
    }),
  );
  if (bars.length === 0) return null;
  const first = Math.min(...bars.map((bar) => bar.from)) - year;
  const last = Math.max(today, ...bars.map((bar) => bar.to)) + year;
  const x = (at: number) => lane.label + ((at - first) / (last - first)) * (width - lane.label);
  const height = lanes.length * (lane.height + lane.gap) + 30;
  return (
    <svg className="picture" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={words.title.coveragePicture(title)}>
      {yearsOf(first, last).map((y) => {
        const at = x(Date.UTC(y, 0, 1) / day);
        return (
          <g key={y}>
            <line x1={at} x2={at} y1={0} y2={height - 18} />
            <text className="soft" x={at} y={height - 4} textAnchor="middle">
              {y}
            </text>
          </g>
        );
      })}
      {lanes.map((l, row) => (
        <text key={l.name + row} x={0} y={row * (lane.height + lane.gap) + 14}>
          {l.name.length > 22 ? `${l.name.slice(0, 21)}…` : l.name}
        </text>
      ))}
      {bars.map((bar, i) => {
        const y = bar.row * (lane.height + lane.gap);
        const limits = embargoOf(bar.statement.embargo, today);
        const from = Math.max(bar.from, limits.from ?? bar.from);
        const to = Math.min(bar.to, limits.to ?? bar.to);
        return (
          <g key={i}>
            <title>{bar.statement.text}</title>
            {to > from && <rect className={bar.statement.kind ?? 'SHOWN'} x={x(from)} y={y} width={Math.max(2, x(to) - x(from))} height={lane.height} rx={3} />}
            {bar.statement.embargo && (
              <rect className="embargo" x={x(bar.from)} y={y} width={Math.max(2, x(bar.to) - x(bar.from))} height={lane.height} rx={3} />
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** At most about ten years that are round for the eye. */
function yearsOf(first: number, last: number): number[] {
  const from = new Date(first * day).getUTCFullYear();
  const to = new Date(last * day).getUTCFullYear();
  const step = [1, 2, 5, 10, 20, 50, 100].find((s) => (to - from) / s <= 11) ?? 200;
  const years = [];
  for (let y = Math.ceil(from / step) * step; y <= to; y += step) years.push(y);
  return years;
}

/** The same as the picture, as a table. */
export function CoverageTable({ lanes }: { lanes: readonly Lane[] }) {
  const { words } = useSpoken();
  return (
    <Scroll label={words.title.coverage}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.title.whose}</th>
            <th scope="col">{words.title.statement}</th>
            <th scope="col">{words.title.from}</th>
            <th scope="col">{words.title.to}</th>
            <th scope="col">{words.title.embargo}</th>
            <th scope="col">{words.title.kind}</th>
          </tr>
        </thead>
        <tbody>
          {lanes.flatMap((l, row) =>
            l.statements.map((s, i) => (
              <tr key={`${row} ${i}`}>
                <td>{l.name}</td>
                <td>{s.text}</td>
                <td>{s.from}</td>
                <td>{s.to ?? words.title.present}</td>
                <td>{s.embargo}</td>
                <td>{s.kind && words.title.kinds[s.kind]}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </Scroll>
  );
}
