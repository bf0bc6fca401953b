import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { ChangeCollectionDocument, CollectionsDocument, type CollectionsQuery } from '../api/gql/graphql';
import { useChange, usePages } from '../api/queries';
import { Dialog } from '../ui/dialog';
import { Field, Tick } from '../ui/fields';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Facts, Loading, Problem, Section, UserErrors } from '../ui/parts';
import { useSpoken } from '../words/locale';

type Collection = CollectionsQuery['collections']['nodes'][number];

/** The library's electronic collections. */
export function Collections() {
  const { words } = useSpoken();
  const pages = usePages(CollectionsDocument, {}, (answer) => answer.collections);
  const collections = pages.data?.pages.flatMap((page) => page.collections.nodes) ?? [];
  return (
    <Page
      heading={words.collections.heading}
      aside={
        <Link className="button" to="/console/setup">
          {words.setup.heading}
        </Link>
      }
    >
      {pages.error && <Problem error={pages.error} again={() => void pages.refetch()} />}
      {pages.isPending && <Loading />}
      {pages.data && collections.length === 0 && <Empty hint={words.collections.noneHint}>{words.collections.none}</Empty>}
      {collections.map((collection) => (
        <One key={collection.id} collection={collection} />
      ))}
      {pages.hasNextPage && <Button onPress={() => void pages.fetchNextPage()}>{words.more}</Button>}
    </Page>
  );
}

function One({ collection }: { collection: Collection }) {
  const { words, format } = useSpoken();
  return (
    <Section
      heading={collection.name}
      aside={
        <div className="buttons">
          <Badge tone={collection.active ? 'good' : 'plain'}>{collection.active ? words.profiles.active : words.profiles.inactive}</Badge>
          {!collection.available && <Badge tone="bad">{words.flag.unavailable}</Badge>}
          <Edit collection={collection} />
        </div>
      }
    >
      <Facts
        rows={[
          [words.titles.publicationType, collection.content && words.content[collection.content]],
          [words.collections.zoneId, collection.communityZoneCollection?.communityZoneId ?? words.collections.local],
          [words.titles.license, collection.license?.code],
          [words.collections.perpetual, collection.perpetualAccess && [collection.perpetualFrom, collection.perpetualUntil].map((d) => d ?? '…').join(' – ')],
        ].filter((row): row is [string, string] => Boolean(row[1]))}
      />
      <p className="buttons">
        <Link to="/console/titles" search={{ collection: collection.id }}>
          {words.titles.found(collection.portfolios.totalCount, format.number(collection.portfolios.totalCount))}
        </Link>
        <a href={collection.kbartUrl}>{words.collections.kbart}</a>
      </p>
    </Section>
  );
}

function Edit({ collection }: { collection: Collection }) {
  const { words } = useSpoken();
  return (
    <Dialog button={<Button aria-label={`${words.title.edit}: ${collection.name}`}>{words.title.edit}</Button>} heading={collection.name}>
      {(close) => <EditForm collection={collection} close={close} />}
    </Dialog>
  );
}

function EditForm({ collection, close }: { collection: Collection; close: () => void }) {
  const { words } = useSpoken();
  const [began] = useState(collection);
  const [name, setName] = useState(collection.name);
  const [available, setAvailable] = useState(collection.available);
  const [autoActivate, setAutoActivate] = useState(collection.autoActivateNewPortfolios);
  const [perpetual, setPerpetual] = useState(collection.perpetualAccess);
  const [from, setFrom] = useState(collection.perpetualFrom ?? '');
  const [until, setUntil] = useState(collection.perpetualUntil ?? '');
  const change = useChange(ChangeCollectionDocument);
  const errors = change.data?.updateCollection.userErrors;
  const conflict = errors?.some((error) => error.code === 'CONFLICT') ?? false;
  const theirs = (mine: string | boolean, now: string | boolean | null) =>
    conflict && mine !== (now ?? '') ? words.title.theirs(now === true ? words.yes : now === false ? words.no : now || words.none) : undefined;
  // Only what was changed here goes along, so that nobody's change to something else is taken back.
  const changed = {
    ...(name !== began.name && { name }),
    ...(available !== began.available && { available }),
    ...(autoActivate !== began.autoActivateNewPortfolios && { autoActivateNewPortfolios: autoActivate }),
    ...(perpetual !== began.perpetualAccess && { perpetualAccess: perpetual }),
    ...(from !== (began.perpetualFrom ?? '') && { perpetualFrom: from || null }),
    ...(until !== (began.perpetualUntil ?? '') && { perpetualUntil: until || null }),
  };
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          { input: { collectionId: collection.id, version: conflict ? collection.version : began.version, ...changed } },
          { onSuccess: ({ updateCollection }) => updateCollection.userErrors.length === 0 && close() },
        );
      }}
    >
      {conflict ? (
        <p className="note" role="alert">
          {words.title.conflict}
        </p>
      ) : (
        <UserErrors errors={errors} />
      )}
      {change.error && <Problem error={change.error} />}
      <Field label={words.collections.name} value={name} onChange={setName} hint={theirs(name, collection.name)} />
      <Tick label={words.collections.available} isSelected={available} onChange={setAvailable} {...opt(theirs(available, collection.available))} />
      <Tick
        label={words.collections.autoActivate}
        isSelected={autoActivate}
        onChange={setAutoActivate}
        hint={theirs(autoActivate, collection.autoActivateNewPortfolios) ?? words.setup.autoActivateHint}
      />
      <Tick
        label={words.collections.perpetual}
        isSelected={perpetual}
        onChange={setPerpetual}
        hint={theirs(perpetual, collection.perpetualAccess) ?? words.collections.perpetualHint}
      />
      <div className="buttons">
        <Field label={words.title.from} type="date" value={from} onChange={setFrom} hint={theirs(from, collection.perpetualFrom)} />
        <Field label={words.title.to} type="date" value={until} onChange={setUntil} hint={theirs(until, collection.perpetualUntil)} />
      </div>
      <div className="buttons">
        <Button kind="main" type="submit" isDisabled={change.isPending}>
          {words.title.save}
        </Button>
        <Button onPress={close}>{words.cancel}</Button>
      </div>
    </Form>
  );
}

const opt = (hint: string | undefined) => (hint === undefined ? {} : { hint });
