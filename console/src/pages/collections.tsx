import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { ChangeCollectionDocument, CollectionsDocument, type CollectionsQuery } from '../api/gql/graphql';
import { useChange, usePages } from '../api/queries';
import { Dialog } from '../ui/dialog';
import { useDraft, useTheirs } from '../ui/draft';
import { Field, Tick } from '../ui/fields';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Facts, Refusals, SaveOrCancel, Section, Until } from '../ui/parts';
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
      <Until answer={pages} />
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
  const draft = useDraft({
    name: collection.name,
    available: collection.available,
    autoActivateNewPortfolios: collection.autoActivateNewPortfolios,
    perpetualAccess: collection.perpetualAccess,
    perpetualFrom: collection.perpetualFrom ?? '',
    perpetualUntil: collection.perpetualUntil ?? '',
  });
  const { mine, set, changed } = draft;
  const change = useChange(ChangeCollectionDocument);
  const errors = change.data?.updateCollection.userErrors;
  const conflict = errors?.some((error) => error.code === 'CONFLICT') ?? false;
  const theirs = useTheirs(draft, conflict);
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
      <Refusals conflict={conflict && words.title.conflict} errors={errors} refused={change.error} />
      <Field label={words.collections.name} isRequired value={mine.name} onChange={set('name')} hint={theirs('name')} />
      <Tick label={words.collections.available} isSelected={mine.available} onChange={set('available')} hint={theirs('available')} />
      <Tick
        label={words.collections.autoActivate}
        isSelected={mine.autoActivateNewPortfolios}
        onChange={set('autoActivateNewPortfolios')}
        hint={theirs('autoActivateNewPortfolios') ?? words.setup.autoActivateHint}
      />
      <Tick
        label={words.collections.perpetual}
        isSelected={mine.perpetualAccess}
        onChange={set('perpetualAccess')}
        hint={theirs('perpetualAccess') ?? words.collections.perpetualHint}
      />
      <div className="buttons">
        <Field label={words.title.from} type="date" value={mine.perpetualFrom} onChange={set('perpetualFrom')} hint={theirs('perpetualFrom')} />
        <Field label={words.title.to} type="date" value={mine.perpetualUntil} onChange={set('perpetualUntil')} hint={theirs('perpetualUntil')} />
      </div>
      <div className="buttons">
        <SaveOrCancel busy={change.isPending} close={close} />
      </div>
    </Form>
  );
}
