import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Form } from 'react-aria-components';
import {
  ChangePoLineDocument,
  CreatePoLineDocument,
  DeletePoLineDocument,
  PoLinesDocument,
  type PoLineFilter,
  type PoLineRowFragment,
} from '../api/gql/graphql';
import { useChange, usePages } from '../api/queries';
import { Choice } from '../ui/choice';
import { Confirmed } from '../ui/confirmed';
import { Dialog } from '../ui/dialog';
import { useDraft, useTheirs } from '../ui/draft';
import { Field, Tick } from '../ui/fields';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Refusals, SaveOrCancel, Until } from '../ui/parts';
import { SearchBox } from '../ui/searchbox';
import { TitlePicker } from '../ui/titlepicker';
import { useSpoken } from '../words/locale';
import { AcquisitionsPages, days, useCollectionOptions } from './acquisitions';

const route = getRouteApi('/console/acquisitions');
type Search = ReturnType<typeof route.useSearch>;

/** The PO lines, found by their words or by the title that they order. */
export function PoLines() {
  const { words, format } = useSpoken();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo<PoLineFilter>(
    () => ({
      ...(search.q && { search: search.q }),
      ...(search.attached && { attached: search.attached === 'true' }),
      ...(search.closed && { closed: search.closed === 'true' }),
      ...(search.collection && { collectionId: search.collection }),
    }),
    [search],
  );
  const pages = usePages(PoLinesDocument, { filter }, (answer) => answer.poLines);
  const lines = pages.data?.pages.flatMap((page) => page.poLines.nodes) ?? [];
  const total = pages.data?.pages[0]?.poLines.totalCount;
  const choose = (name: keyof Search & string) => (value: string) => void navigate({ search: { ...search, [name]: value || undefined } as Search });
  const yesNo = [['', words.any], ['true', words.yes], ['false', words.no]] as const;
  const collections = useCollectionOptions();
  return (
    <Page
      heading={words.acquisitions.poLines}
      aside={
        <Dialog button={<Button kind="main">{words.acquisitions.newPoLine}</Button>} heading={words.acquisitions.newPoLine}>
          {(close) => <PoLineForm close={close} />}
        </Dialog>
      }
    >
      <AcquisitionsPages />
      <SearchBox
        label={words.acquisitions.searchPoLines}
        hint={words.acquisitions.searchPoLinesHint}
        value={search.q ?? ''}
        onSearch={(q) => void navigate({ search: { ...search, q: q || undefined } as Search, replace: true })}
      />
      <div className="page">
        <strong role="status">{total !== undefined && words.acquisitions.foundPoLines(total, format.number(total))}</strong>
        <div className="buttons">
          <Choice label={words.titles.collection} value={search.collection ?? ''} options={[['', words.any], ...collections]} onChange={choose('collection')} />
          <Choice label={words.acquisitions.attached} value={search.attached ?? ''} options={yesNo} onChange={choose('attached')} />
          <Choice label={words.acquisitions.closed} value={search.closed ?? ''} options={yesNo} onChange={choose('closed')} />
        </div>
      </div>
      <Until answer={pages} />
      {pages.data && lines.length === 0 && <Empty hint={words.acquisitions.noneHint}>{words.acquisitions.noPoLine}</Empty>}
      <PoLineItems lines={lines} />
      {pages.hasNextPage && (
        <Button onPress={() => void pages.fetchNextPage()} isDisabled={pages.isFetchingNextPage}>
          {words.more}
        </Button>
      )}
    </Page>
  );
}

/** PO lines one below the other, each with what it orders. */
export function PoLineItems({ lines }: { lines: readonly PoLineRowFragment[] }) {
  const { words, format } = useSpoken();
  return (
    <ul className="items">
      {lines.map((line) => (
        <li key={line.id}>
          <div className="what">
            <strong>{line.number}</strong>{' '}
            {line.portfolio && (
              <Link to="/console/titles/$id" params={{ id: line.portfolio.id }}>
                {line.portfolio.title}
              </Link>
            )}
            {line.collection && (
              <Link to="/console/titles" search={{ collection: line.collection.id }}>
                {line.collection.name}
              </Link>
            )}
            <p>
              {[
                line.vendor,
                line.type,
                line.price && [line.price, line.currency].filter(Boolean).join(' '),
                line.fund,
                days(line.intervalFrom, line.intervalUntil, format.day),
                line.renewsOn && words.acquisitions.renews(format.day(line.renewsOn)),
                line.note,
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          </div>
          {line.status && <Badge tone={line.closed ? 'warn' : 'plain'}>{line.status}</Badge>}
          {!line.portfolio && !line.collection && <Badge tone="warn">{words.acquisitions.notAttached}</Badge>}
          {!line.main && (line.portfolio || line.collection) && <Badge>{words.title.additional}</Badge>}
          <Dialog button={<Button aria-label={`${words.title.edit}: ${line.number}`}>{words.title.edit}</Button>} heading={line.number}>
            {(close) => <PoLineForm line={line} close={close} />}
          </Dialog>
        </li>
      ))}
    </ul>
  );
}

const texts = [
  ['number', 'text'],
  ['vendor', 'text'],
  ['status', 'text'],
  ['type', 'text'],
  ['processType', 'text'],
  ['fund', 'text'],
  ['price', 'text'],
  ['currency', 'text'],
  ['orderedOn', 'date'],
  ['renewsOn', 'date'],
  ['intervalFrom', 'date'],
  ['intervalUntil', 'date'],
] as const;

function PoLineForm({ line, close }: { line?: PoLineRowFragment; close: () => void }) {
  const { words } = useSpoken();
  const [began] = useState(line);
  const draft = useDraft({
    ...(Object.fromEntries(texts.map(([name]) => [name, line?.[name] ?? ''])) as Record<(typeof texts)[number][0], string>),
    note: line?.note ?? '',
    portfolioId: line?.portfolio?.id ?? '',
    collectionId: line?.collection?.id ?? '',
    main: line?.main ?? true,
  });
  const { mine, set } = draft;
  const [orders, setOrders] = useState<string>(line?.collection ? 'collection' : line?.portfolio ? 'title' : '');
  const collections = useCollectionOptions();
  const create = useChange(CreatePoLineDocument);
  const change = useChange(ChangePoLineDocument);
  const remove = useChange(DeletePoLineDocument);
  const errors = change.data?.updatePoLine.userErrors ?? create.data?.createPoLine.userErrors ?? remove.data?.deletePoLine.userErrors;
  const conflict = errors?.some((error) => error.code === 'CONFLICT' && line && began && line.version !== began.version) ?? false;
  const refused = create.error ?? change.error ?? remove.error;
  const theirs = useTheirs(draft, conflict);
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        // A new one is main where its title has none, unless somebody says otherwise: so `main` goes along only where it was changed.
        if (!line || !began) {
          create.mutate({ input: { ...draft.changed, number: mine.number } }, { onSuccess: (answer) => !answer.createPoLine.userErrors.length && close() });
          return;
        }
        change.mutate(
          { input: { poLineId: line.id, version: conflict ? line.version : began.version, ...draft.changed } },
          { onSuccess: (answer) => !answer.updatePoLine.userErrors.length && close() },
        );
      }}
    >
      <Refusals conflict={conflict && words.acquisitions.conflict} errors={errors} refused={refused} />
      <div className="pair">
        {texts.map(([name, type]) => (
          <Field
            key={name}
            label={words.acquisitions.fields[name]}
            type={type}
            isRequired={name === 'number'}
            value={mine[name]}
            onChange={set(name)}
            hint={theirs(name)}
          />
        ))}
      </div>
      <Field label={words.acquisitions.fields.note} long value={mine.note} onChange={set('note')} hint={theirs('note')} />
      <Choice
        label={words.acquisitions.orders}
        value={orders}
        options={[
          ['', words.acquisitions.ordersNothing],
          ['title', words.acquisitions.ordersTitle],
          ['collection', words.acquisitions.ordersCollection],
        ]}
        onChange={(what) => {
          setOrders(what);
          if (what !== 'title') set('portfolioId')('');
          if (what !== 'collection') set('collectionId')('');
        }}
      />
      {orders === 'title' && <TitlePicker label={words.acquisitions.ordersTitle} name={line?.portfolio?.title ?? ''} onChange={set('portfolioId')} />}
      {orders === 'collection' && (
        <Choice label={words.acquisitions.ordersCollection} value={mine.collectionId} options={[['', words.none], ...collections]} onChange={set('collectionId')} />
      )}
      {conflict && (theirs('portfolioId') || theirs('collectionId')) && (
        <small>{words.title.theirs(line?.portfolio?.title ?? line?.collection?.name ?? words.none)}</small>
      )}
      {orders !== '' && <Tick label={words.acquisitions.main} hint={theirs('main') ?? words.acquisitions.mainHint} isSelected={mine.main} onChange={set('main')} />}
      <div className="buttons">
        <SaveOrCancel busy={change.isPending || create.isPending} close={close} />
        {line && (
          <Confirmed
            label={words.delete}
            question={words.acquisitions.deletePoLine(line.number)}
            isDisabled={remove.isPending}
            onConfirm={() => remove.mutate({ id: line.id }, { onSuccess: (answer) => !answer.deletePoLine.userErrors.length && close() })}
          />
        )}
      </div>
    </Form>
  );
}
