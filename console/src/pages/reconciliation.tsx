import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import {
  KeptWithoutReasonDocument,
  OfClosedOrdersDocument,
  OrdersNotListedDocument,
  WithoutPoLineDocument,
  type OrdersNotListedQuery,
  type PoLineRowFragment,
  type TitleRowFragment,
  type WithoutPoLineQuery,
} from '../api/gql/graphql';
import type { Operation } from '../api/client';
import { usePages } from '../api/queries';
import { Choice } from '../ui/choice';
import { Flags } from '../ui/flags';
import { Page } from '../ui/page';
import { Button, Empty, Until } from '../ui/parts';
import { useSpoken } from '../words/locale';
import { AcquisitionsPages, useCollectionOptions } from './acquisitions';
import { PoLineItems } from './polines';

const route = getRouteApi('/console/acquisitions/reconciliation');
type Search = ReturnType<typeof route.useSearch>;

interface Variables {
  after?: string | null | undefined;
  filter?: { collectionId?: string | null | undefined } | null | undefined;
}

const lists = {
  'po-lines-not-listed': OrdersNotListedDocument,
  'portfolios-without-po-line': WithoutPoLineDocument,
  'portfolios-kept-without-reason': KeptWithoutReasonDocument,
  'portfolios-of-closed-orders': OfClosedOrdersDocument,
} as const;
type List = keyof typeof lists;

/** Where orders and lists do not fit together. The names of the lists are those of their downloads. */
export function Reconciliation() {
  const { words, format } = useSpoken();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list: List = search.list && search.list in lists ? (search.list as List) : 'po-lines-not-listed';
  const filter = useMemo(() => (search.collection ? { collectionId: search.collection } : {}), [search.collection]);
  // The lists differ in what stands in them, and in nothing else.
  const pages = usePages(lists[list] as Operation<OrdersNotListedQuery | WithoutPoLineQuery, Variables>, { filter }, (answer) => answer.list);
  const rows = pages.data?.pages.flatMap((page) => page.list.nodes as (PoLineRowFragment | TitleRowFragment)[]) ?? [];
  const total = pages.data?.pages[0]?.list.totalCount;
  const collections = useCollectionOptions();
  const choose = (name: keyof Search & string) => (value: string) => void navigate({ search: { ...search, [name]: value || undefined } as Search });
  return (
    <Page heading={words.acquisitions.reconciliation}>
      <AcquisitionsPages />
      <div className="buttons">
        <Choice
          label={words.acquisitions.list}
          value={list}
          options={(Object.keys(lists) as List[]).map((name) => [name, words.acquisitions.lists[name]])}
          onChange={choose('list')}
        />
        <Choice label={words.titles.collection} value={search.collection ?? ''} options={[['', words.all], ...collections]} onChange={choose('collection')} />
      </div>
      <p>{words.acquisitions.listHints[list]}</p>
      <p className="buttons">
        <strong role="status">{total !== undefined && words.acquisitions.entries(total, format.number(total))}</strong>
        <a href={`/reconciliation/${list}.tsv${search.collection ? `?collection=${encodeURIComponent(search.collection)}` : ''}`}>{words.acquisitions.download}</a>
      </p>
      <Until answer={pages} />
      {pages.data && rows.length === 0 && <Empty>{words.acquisitions.nothingToReconcile}</Empty>}
      {list === 'po-lines-not-listed' ? (
        <PoLineItems lines={rows.filter((row): row is PoLineRowFragment => 'number' in row)} />
      ) : (
        <TitleItems titles={rows.filter((row): row is TitleRowFragment => 'titleId' in row)} />
      )}
      {pages.hasNextPage && (
        <Button onPress={() => void pages.fetchNextPage()} isDisabled={pages.isFetchingNextPage}>
          {words.more}
        </Button>
      )}
    </Page>
  );
}

function TitleItems({ titles }: { titles: readonly TitleRowFragment[] }) {
  return (
    <ul className="items">
      {titles.map((title) => (
        <li key={title.id}>
          <div className="what">
            <Link to="/console/titles/$id" params={{ id: title.id }}>
              {title.title}
            </Link>
            <p>{[title.onlineIdentifier ?? title.printIdentifier, title.collection.name, ...title.coverage.map((c) => c.text)].filter(Boolean).join(' · ')}</p>
          </div>
          <Flags of={title} />
        </li>
      ))}
    </ul>
  );
}
