import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Form } from 'react-aria-components';
import { ChangeLicenseDocument, CreateLicenseDocument, DeleteLicenseDocument, LicensesDocument, type LicenseFilter, type LicensesQuery } from '../api/gql/graphql';
import { useChange, usePages } from '../api/queries';
import { Confirmed } from '../ui/confirmed';
import { Dialog } from '../ui/dialog';
import { useDraft, useTheirs } from '../ui/draft';
import { Field, Tick } from '../ui/fields';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Refusals, SaveOrCancel, Until } from '../ui/parts';
import { SearchBox } from '../ui/searchbox';
import { useSpoken } from '../words/locale';
import { AcquisitionsPages, days } from './acquisitions';

const route = getRouteApi('/console/acquisitions/licenses');
type License = LicensesQuery['licenses']['nodes'][number];

/** The licenses, each with what it is for. */
export function Licenses() {
  const { words, format } = useSpoken();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo<LicenseFilter>(() => (search.q ? { search: search.q } : {}), [search.q]);
  const pages = usePages(LicensesDocument, { filter }, (answer) => answer.licenses);
  const licenses = pages.data?.pages.flatMap((page) => page.licenses.nodes) ?? [];
  const total = pages.data?.pages[0]?.licenses.totalCount;
  return (
    <Page
      heading={words.acquisitions.licenses}
      aside={
        <Dialog button={<Button kind="main">{words.acquisitions.newLicense}</Button>} heading={words.acquisitions.newLicense}>
          {(close) => <LicenseForm close={close} />}
        </Dialog>
      }
    >
      <AcquisitionsPages />
      <SearchBox
        label={words.acquisitions.searchLicenses}
        hint={words.acquisitions.searchLicensesHint}
        value={search.q ?? ''}
        onSearch={(q) => void navigate({ search: q ? { q } : {}, replace: true })}
      />
      <strong role="status">{total !== undefined && words.acquisitions.foundLicenses(total, format.number(total))}</strong>
      <Until answer={pages} />
      {pages.data && licenses.length === 0 && <Empty hint={words.acquisitions.noneHint}>{words.acquisitions.noLicense}</Empty>}
      <ul className="items">
        {licenses.map((license) => (
          <li key={license.id}>
            <div className="what">
              <strong>{license.code}</strong> {license.name}
              <p>{[license.vendor, license.type, days(license.startsOn, license.endsOn, format.day), license.note].filter(Boolean).join(' · ')}</p>
              <p>
                {license.portfolios.totalCount > 0 && (
                  <Link to="/console/titles" search={{ license: license.id }}>
                    {words.titles.found(license.portfolios.totalCount, format.number(license.portfolios.totalCount))}
                  </Link>
                )}{' '}
                {license.collections.nodes.map((collection) => collection.name).join(', ')}
              </p>
            </div>
            {license.status && <Badge>{license.status}</Badge>}
            {license.perpetualAccess && <Badge tone="good">{words.collections.perpetual}</Badge>}
            <Dialog button={<Button aria-label={`${words.title.edit}: ${license.code}`}>{words.title.edit}</Button>} heading={license.code}>
              {(close) => <LicenseForm license={license} close={close} />}
            </Dialog>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && (
        <Button onPress={() => void pages.fetchNextPage()} isDisabled={pages.isFetchingNextPage}>
          {words.more}
        </Button>
      )}
    </Page>
  );
}

const texts = [
  ['code', 'text'],
  ['name', 'text'],
  ['vendor', 'text'],
  ['status', 'text'],
  ['type', 'text'],
  ['startsOn', 'date'],
  ['endsOn', 'date'],
] as const;

function LicenseForm({ license, close }: { license?: License; close: () => void }) {
  const { words } = useSpoken();
  const [began] = useState(license);
  const draft = useDraft({
    ...(Object.fromEntries(texts.map(([name]) => [name, license?.[name] ?? ''])) as Record<(typeof texts)[number][0], string>),
    note: license?.note ?? '',
    perpetualAccess: license?.perpetualAccess ?? false,
    perpetualFrom: license?.perpetualFrom ?? '',
    perpetualUntil: license?.perpetualUntil ?? '',
  });
  const { mine, set } = draft;
  const create = useChange(CreateLicenseDocument);
  const change = useChange(ChangeLicenseDocument);
  const remove = useChange(DeleteLicenseDocument);
  const errors = change.data?.updateLicense.userErrors ?? create.data?.createLicense.userErrors ?? remove.data?.deleteLicense.userErrors;
  const conflict = errors?.some((error) => error.code === 'CONFLICT' && license && began && license.version !== began.version) ?? false;
  const refused = create.error ?? change.error ?? remove.error;
  const theirs = useTheirs(draft, conflict);
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!license || !began) {
          create.mutate({ input: { ...draft.changed, code: mine.code } }, { onSuccess: (answer) => !answer.createLicense.userErrors.length && close() });
          return;
        }
        change.mutate(
          { input: { licenseId: license.id, version: conflict ? license.version : began.version, ...draft.changed } },
          { onSuccess: (answer) => !answer.updateLicense.userErrors.length && close() },
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
            isRequired={name === 'code'}
            value={mine[name]}
            onChange={set(name)}
            hint={theirs(name)}
          />
        ))}
      </div>
      <Field label={words.acquisitions.fields.note} long value={mine.note} onChange={set('note')} hint={theirs('note')} />
      <Tick
        label={words.collections.perpetual}
        hint={theirs('perpetualAccess') ?? words.collections.perpetualHint}
        isSelected={mine.perpetualAccess}
        onChange={set('perpetualAccess')}
      />
      {mine.perpetualAccess && (
        <div className="pair">
          <Field label={words.acquisitions.fields.perpetualFrom} type="date" value={mine.perpetualFrom} onChange={set('perpetualFrom')} hint={theirs('perpetualFrom')} />
          <Field label={words.acquisitions.fields.perpetualUntil} type="date" value={mine.perpetualUntil} onChange={set('perpetualUntil')} hint={theirs('perpetualUntil')} />
        </div>
      )}
      <div className="buttons">
        <SaveOrCancel busy={change.isPending || create.isPending} close={close} />
        {license && (
          <Confirmed
            label={words.delete}
            question={words.acquisitions.deleteLicense(license.code)}
            isDisabled={remove.isPending}
            onConfirm={() => remove.mutate({ id: license.id }, { onSuccess: (answer) => !answer.deleteLicense.userErrors.length && close() })}
          />
        )}
      </div>
    </Form>
  );
}
