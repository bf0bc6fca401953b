import { getRouteApi, Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { TitlesDocument, TitlesFacetsDocument, type PortfolioFilter, type PortfolioOrderField, type TitleRowFragment, type TitlesFacetsQuery } from '../api/gql/graphql';
import { useAnswer, usePages } from '../api/queries';
import { Choice } from '../ui/choice';
import { Flags } from '../ui/flags';
import { Page } from '../ui/page';
import { Empty, Loading, Problem } from '../ui/parts';
import { SearchBox } from '../ui/searchbox';
import { useSpoken } from '../words/locale';
import { filterOf } from './titlefilter';

const route = getRouteApi('/console/titles');
type Search = ReturnType<typeof route.useSearch>;

/** All titles: one search box, facets with their counts, and a list that goes on for as long as there are titles. */
export function Titles() {
  const { words, format } = useSpoken();
  const search = route.useSearch();
  const filter = useMemo(() => filterOf(search), [search]);
  const facets = useAnswer(TitlesFacetsDocument, { filter }, { placeholderData: (before) => before });
  const total = facets.data?.portfolios.totalCount;
  return (
    <Page heading={words.titles.heading}>
      <Find search={search} />
      <div className="listing">
        <aside className="facets" aria-label={words.titles.facets}>
          {Object.values(search).some(Boolean) && (
            <Link to="/console/titles" search={{}}>
              {words.titles.clear}
            </Link>
          )}
          {facets.data && <Facets facets={facets.data.portfolioFacets} search={search} />}
        </aside>
        <div className="section">
          <div className="page">
            <strong role="status">{total !== undefined && words.titles.found(total, format.number(total))}</strong>
            <div className="buttons">
              <Link className="button" to="/console/jobs/$mutation" params={{ mutation: 'changePortfolios' }} search={search}>
                {words.jobs.ofThese}
              </Link>
              <Order search={search} />
            </div>
          </div>
          <Letters search={search} />
          {facets.error && <Problem error={facets.error} again={() => void facets.refetch()} />}
          <List filter={filter} order={search.order} total={total} />
        </div>
      </div>
    </Page>
  );
}

/** The address is replaced while somebody types, so that *back* leaves the page. */
function Find({ search }: { search: Search }) {
  const { words } = useSpoken();
  const navigate = route.useNavigate();
  return (
    <SearchBox
      label={words.titles.search}
      hint={words.titles.searchHint}
      value={search.q ?? ''}
      onSearch={(q) => void navigate({ search: { ...search, q: q || undefined } as Search, replace: true })}
    />
  );
}

function Order({ search }: { search: Search }) {
  const { words } = useSpoken();
  const navigate = route.useNavigate();
  const fields = Object.keys(words.titles.orders) as PortfolioOrderField[];
  return (
    <Choice
      label={words.titles.order}
      value={search.order ?? 'TITLE'}
      options={fields.map((field) => [field, words.titles.orders[field]])}
      onChange={(field) => void navigate({ search: { ...search, order: field } as Search })}
    />
  );
}

/** Leads to the titles that begin with a letter or figure. */
function Letters({ search }: { search: Search }) {
  const { words } = useSpoken();
  return (
    <nav className="letters" aria-label={words.titles.letter}>
      {[...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'].map((letter) => {
        const chosen = search.letter === letter;
        return (
          <Link key={letter} to="/console/titles" search={{ ...search, letter: chosen ? undefined : letter } as Search} aria-current={chosen || undefined}>
            {letter}
          </Link>
        );
      })}
    </nav>
  );
}

function Facets({ facets, search }: { facets: TitlesFacetsQuery['portfolioFacets']; search: Search }) {
  const { words } = useSpoken();
  const yesNo = (counts: { yes: number; no: number }): Option[] => [
    ['true', words.yes, counts.yes],
    ['false', words.no, counts.no],
  ];
  return (
    <>
      <Facet name="collection" label={words.titles.collection} search={search} options={facets.collections.map((f) => [f.collection.id, f.collection.name, f.count])} />
      <Facet
        name="type"
        label={words.titles.publicationType}
        search={search}
        options={facets.publicationTypes.flatMap((f) => (f.publicationType ? [[f.publicationType, words.publicationType[f.publicationType], f.count]] : []))}
      />
      <Facet name="listed" label={words.titles.listed} search={search} options={yesNo(facets.listedByProvider)} />
      <Facet name="available" label={words.titles.available} search={search} options={yesNo(facets.available)} />
      <Facet name="poline" label={words.titles.hasPoLine} search={search} options={yesNo(facets.hasPoLine)} />
      <Facet name="review" label={words.titles.needsReview} search={search} options={yesNo(facets.needsReview)} />
      <Facet name="waiting" label={words.titles.waiting} search={search} options={yesNo(facets.waiting)} />
      <Facet name="retained" label={words.titles.retained} search={search} options={yesNo(facets.retained)} />
      <Facet name="local" label={words.titles.hasLocalValues} search={search} options={yesNo(facets.hasLocalValues)} />
      <Facet name="profile" label={words.titles.profile} search={search} options={facets.profiles.map((f) => [f.profile.id, f.profile.name, f.count])} />
      <Facet
        name="license"
        label={words.titles.license}
        search={search}
        options={facets.licenses.flatMap((f) => (f.license ? [[f.license.id, f.license.code, f.count]] : []))}
      />
    </>
  );
}

type Option = [value: string, text: string, count: number];

/** One facet. A click chooses a value, and on the chosen one takes it back. A facet that would not tell anything apart is left out. */
function Facet({ name, label, options, search }: { name: keyof Search & string; label: string; options: Option[]; search: Search }) {
  const { format } = useSpoken();
  const shown = options.filter(([value, , count]) => count > 0 || search[name] === value);
  if (search[name] === undefined && shown.length < 2) return null;
  return (
    <div>
      <h2 id={`facet-${name}`}>{label}</h2>
      <ul aria-labelledby={`facet-${name}`}>
        {shown.map(([value, text, count]) => {
          const chosen = search[name] === value;
          return (
            <li key={value}>
              <Link to="/console/titles" search={{ ...search, [name]: chosen ? undefined : value } as Search} aria-current={chosen || undefined}>
                <span>{text}</span>
                <span>{format.number(count)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const rowHeight = 60;
const pageSize = 100;

/** The list: only the rows that are seen are drawn, and a page of rows is fetched when its rows come near. */
function List({ filter, order, total }: { filter: PortfolioFilter; order: string | undefined; total: number | undefined }) {
  const { words } = useSpoken();
  const orderBy = useMemo(
    () => ({ field: (order ?? 'TITLE') as PortfolioOrderField, direction: order === 'UPDATED_AT' ? ('DESC' as const) : ('ASC' as const) }),
    [order],
  );
  const pages = usePages(TitlesDocument, { filter, orderBy }, (answer) => answer.portfolios);
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.portfolios.nodes) ?? [], [pages.data]);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length + (pages.hasNextPage ? 1 : 0),
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last > rows.length - pageSize / 2) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useEffect(() => box.current?.scrollTo({ top: 0 }), [filter, orderBy]);
  if (pages.error) return <Problem error={pages.error} again={() => void pages.refetch()} />;
  if (pages.isPending) return <Loading />;
  if (rows.length === 0) return <Empty hint={words.titles.nothingHint}>{words.titles.nothing}</Empty>;
  return (
    <div className="virtual" ref={box} tabIndex={0} role="region" aria-label={words.titles.heading}>
      <ul className="space" style={{ blockSize: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          return (
            <li
              key={item.key}
              className="row"
              style={{ transform: `translateY(${item.start}px)`, blockSize: item.size }}
              aria-setsize={total ?? -1}
              aria-posinset={item.index + 1}
            >
              {row ? <Row row={row} /> : <span>{words.loading}</span>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Row({ row }: { row: TitleRowFragment }) {
  const coverage = row.coverage.map((statement) => statement.text).join('; ');
  return (
    <>
      <span>
        <Link to="/console/titles/$id" params={{ id: row.id }} title={row.title}>
          {row.title}
        </Link>
        <small>{row.collection.name}</small>
      </span>
      <span>
        {row.onlineIdentifier ?? row.printIdentifier}
        <small>{row.titleId}</small>
      </span>
      <span title={coverage}>{coverage}</span>
      <span>
        <Flags of={row} />
      </span>
    </>
  );
}
