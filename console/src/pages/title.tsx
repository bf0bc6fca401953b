import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import { TitleAsOfDocument, TitleDocument, TitleHistoryDocument, type TitleQuery } from '../api/gql/graphql';
import { useAnswer, usePages } from '../api/queries';
import { CoveragePicture, CoverageTable, type Lane } from '../ui/coverage';
import { Difference } from '../ui/difference';
import { Flags } from '../ui/flags';
import { NotFound } from '../ui/notfound';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Facts, Loading, Problem, Scroll, Section } from '../ui/parts';
import { useSpoken } from '../words/locale';
import { EditTitle } from './edittitle';

const route = getRouteApi('/console/titles/$id');
export type Title = NonNullable<TitleQuery['portfolio']>;

/** One title: what readers see, where it comes from, what hangs on it, and how it came to be so. */
export function TitlePage() {
  const { words } = useSpoken();
  const { id } = route.useParams();
  const { data, error, isPending, refetch } = useAnswer(TitleDocument, { id });
  if (error) {
    return (
      <Page heading={words.titles.heading}>
        <Problem error={error} again={() => void refetch()} />
      </Page>
    );
  }
  if (isPending) return <Loading />;
  const title = data.portfolio;
  if (!title) return <NotFound />;
  return (
    <Page heading={title.title} aside={<EditTitle title={title} />}>
      <div className="buttons">
        <Badge tone={title.accessible ? 'good' : 'bad'}>{title.accessible ? words.flag.accessible : words.flag.inaccessible}</Badge>
        <Flags of={title} />
      </div>
      <Facts
        rows={[
          [words.titles.collection, title.collection.name],
          [words.title.groups, title.availableFor.map((group) => group.name).join(', ') || words.title.everyone],
          [words.fields['title_url'] ?? '', title.url && /^https?:/.test(title.url) ? <a href={title.url} rel="noreferrer">{words.title.link}</a> : title.url],
          [words.title.temporarilyUnavailable, title.temporarilyUnavailable],
          [words.title.publicNote, title.publicNote],
          [words.title.internalNote, title.internalNote],
          [words.title.authenticationNote, title.authenticationNote],
        ]}
      />
      <Coverage title={title} />
      <Values title={title} />
      <div className="columns">
        <Entitlements title={title} />
        <Acquisitions title={title} />
      </div>
      <AsOf id={id} />
      <History id={id} />
    </Page>
  );
}

function lanesOf(title: Title, shown: string): Lane[] {
  const lanes: Lane[] = [{ name: shown, statements: title.coverage }];
  for (const group of title.coverageByGroup) lanes.push({ name: group.group.name, statements: group.coverage });
  for (const entitlement of title.entitlements) {
    if (entitlement.active && entitlement.profile) lanes.push({ name: entitlement.profile.name, statements: entitlement.coverage });
  }
  return lanes.filter((lane) => lane.statements.length > 0);
}

function Coverage({ title }: { title: Title }) {
  const { words } = useSpoken();
  const lanes = lanesOf(title, words.title.lanes.shown);
  return (
    <Section heading={words.title.coverage}>
      {lanes.length === 0 ? (
        <Empty>{words.title.noCoverage}</Empty>
      ) : (
        <>
          <CoveragePicture title={title.title} lanes={lanes} />
          <CoverageTable lanes={lanes} />
        </>
      )}
    </Section>
  );
}

/** The fields of a title by their names in KBART, with what readers see of each. */
export function fieldsOf(title: Title): [field: string, shown: string | null | undefined][] {
  return [
    ['publication_title', title.title],
    ['title_id', title.titleId],
    ['print_identifier', title.printIdentifier],
    ['online_identifier', title.onlineIdentifier],
    ['title_url', title.url],
    ['publication_type', title.publicationType?.toLowerCase()],
    ['first_author', title.firstAuthor],
    ['first_editor', title.firstEditor],
    ['publisher_name', title.publisherName],
    ['coverage_depth', title.coverageDepth],
    ['notes', title.notes],
    ['date_monograph_published_print', title.dateMonographPublishedPrint],
    ['date_monograph_published_online', title.dateMonographPublishedOnline],
    ['monograph_volume', title.monographVolume],
    ['monograph_edition', title.monographEdition],
    ['parent_publication_title_id', title.parentPublicationTitleId],
    ['preceding_publication_title_id', title.precedingPublicationTitleId],
    ['access_type', title.accessType],
  ];
}

function Values({ title }: { title: Title }) {
  const { words } = useSpoken();
  const local = new Map(title.localValues.map((value) => [value.field, value]));
  const rows = fieldsOf(title).filter(([field, shown]) => shown || local.has(field));
  return (
    <Section heading={words.title.values}>
      <Scroll label={words.title.values}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.title.field}</th>
              <th scope="col">{words.title.provider}</th>
              <th scope="col">{words.title.local}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([field, shown]) => {
              const own = local.get(field);
              return (
                <tr key={field}>
                  <th scope="row">{words.fields[field] ?? field}</th>
                  <td>{own ? own.providerValue : shown}</td>
                  <td>
                    {own && <strong>{own.value}</strong>} {own && own.differs === false && <Badge>{words.title.locked}</Badge>}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </Section>
  );
}

function Entitlements({ title }: { title: Title }) {
  const { words, format } = useSpoken();
  return (
    <Section heading={words.title.entitlements}>
      {title.entitlements.length === 0 && <Empty>{words.title.noEntitlements}</Empty>}
      <ul className="items">
        {title.entitlements.map((entitlement, i) => (
          <li key={i}>
            <div className="what">
              {entitlement.profile?.name ?? words.title.libraryItself}
              <p>{entitlement.coverage.map((statement) => statement.text).join('; ')}</p>
            </div>
            <Badge tone={entitlement.waiting ? 'warn' : entitlement.active ? 'good' : 'plain'}>
              {entitlement.waiting ? words.title.waits : entitlement.active ? words.title.inForce : words.title.ended}
            </Badge>
            <span className="when">{format.day(entitlement.updatedAt)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Acquisitions({ title }: { title: Title }) {
  const { words } = useSpoken();
  return (
    <Section heading={words.title.poLines}>
      {title.poLines.nodes.length === 0 && <Empty>{words.title.noPoLines}</Empty>}
      <ul className="items">
        {title.poLines.nodes.map((line) => (
          <li key={line.id}>
            <div className="what">
              {line.number}
              <p>{line.vendor}</p>
            </div>
            {line.status && <Badge tone={line.closed ? 'warn' : 'plain'}>{line.status}</Badge>}
          </li>
        ))}
      </ul>
      <h3>{words.title.license}</h3>
      {!title.license && <Empty>{words.title.noLicense}</Empty>}
      <ul>
        {title.license && <li>{[title.license.code, title.license.name].filter(Boolean).join(' · ')}</li>}
        {title.additionalLicenses.map((license) => (
          <li key={license.id}>
            {[license.code, license.name].filter(Boolean).join(' · ')} ({words.title.additional})
          </li>
        ))}
      </ul>
    </Section>
  );
}

function AsOf({ id }: { id: string }) {
  const { words } = useSpoken();
  const [day, setDay] = useState('');
  const { data, error } = useAnswer(TitleAsOfDocument, { id, day }, { enabled: /^\d{4}-\d\d-\d\d$/.test(day) });
  const was = data?.portfolio?.asOf;
  return (
    <Section heading={words.title.asOf}>
      <TextField className="field" type="date" value={day} onChange={setDay}>
        <Label>{words.title.asOfDay}</Label>
        <Input style={{ maxInlineSize: '12rem' }} />
      </TextField>
      <div role="status">
        {data && !was && <Empty>{words.title.asOfNot}</Empty>}
        {was && !was.inHoldings && <Empty>{words.title.asOfOut}</Empty>}
        {was && (
          <Facts
            rows={[
              [words.fields['publication_title'] ?? '', was.title],
              [words.fields['title_id'] ?? '', was.titleId],
              [words.fields['print_identifier'] ?? '', was.printIdentifier],
              [words.fields['online_identifier'] ?? '', was.onlineIdentifier],
              [words.fields['title_url'] ?? '', was.url],
              [words.fields['publisher_name'] ?? '', was.publisherName],
              [words.title.coverage, was.coverage.map((statement) => statement.text).join('; ')],
              [words.titles.flags, was.accessible ? words.flag.accessible : words.flag.inaccessible],
            ]}
          />
        )}
      </div>
      {error && <Problem error={error} />}
    </Section>
  );
}

function History({ id }: { id: string }) {
  const { words, format } = useSpoken();
  const pages = usePages(TitleHistoryDocument, { id }, (answer) => answer.portfolio?.history);
  const changes = pages.data?.pages.flatMap((page) => page.portfolio?.history.nodes ?? []) ?? [];
  return (
    <Section heading={words.title.history}>
      {pages.data && changes.length === 0 && <Empty>{words.title.noHistory}</Empty>}
      <ol className="timeline">
        {changes.map((change) => (
          <li key={change.id}>
            <small>
              {format.moment(change.at)}
              {change.actor?.name && ` · ${change.actor.name}`}
              {change.job && ' · '}
              {change.job && (
                <Link to="/console/runs/$id" params={{ id: change.job.id }}>
                  {words.kind[change.job.kind]}
                </Link>
              )}
            </small>
            <span>
              {words.action[change.action]}
              {change.field && ` · ${words.fields[change.field] ?? change.field}: `}
              {change.field && <Difference before={change.oldValue} after={change.newValue} />}
            </span>
          </li>
        ))}
      </ol>
      {pages.hasNextPage && <Button onPress={() => void pages.fetchNextPage()}>{words.more}</Button>}
    </Section>
  );
}
