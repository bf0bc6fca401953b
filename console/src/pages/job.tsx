import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { CheckboxGroup, Form, Label } from 'react-aria-components';
import { upload, type Operation, type Refused } from '../api/client';
import {
  ChosenTitlesDocument,
  CreateCollectionSetDocument,
  JobChoicesDocument,
  JobTypesDocument,
  ReviewDocument,
  StartAlmaDocument,
  StartChangeDocument,
  StartImportDocument,
  StartMoveDocument,
  StartSyncDocument,
  StartWithdrawalDocument,
  type JobChoicesQuery,
  type JobTypesQuery,
  type ReviewQuery,
  type StartMoveMutation,
} from '../api/gql/graphql';
import { useAnswer, useChange } from '../api/queries';
import { Choice } from '../ui/choice';
import { Dialog } from '../ui/dialog';
import { Drop } from '../ui/drop';
import { Field, Tick } from '../ui/fields';
import { NotFound } from '../ui/notfound';
import { Page } from '../ui/page';
import { Badge, Button, Facts, Loading, Problem, Section, UserErrors } from '../ui/parts';
import { figureOf } from '../ui/figure';
import { outcome } from '../ui/runitems';
import { hasSpoken, toneOf } from '../ui/tone';
import { useSpoken } from '../words/locale';
import { filterOf } from './titlefilter';

const route = getRouteApi('/console/jobs/$mutation');

type Input = Record<string, unknown>;
type Type = JobTypesQuery['jobTypes'][number];

interface Fields {
  input: Input;
  set: (part: Input) => void;
  there: JobChoicesQuery;
}

interface JobForm {
  document: unknown;
  /** The input fields without which it cannot be started. */
  needs: string[];
  /** Whether exactly what a preview showed can be applied; otherwise the job plans anew. */
  byPreview: boolean;
  fields: (props: Fields) => ReactNode;
}

const forms: Record<string, JobForm> = {
  runProfile: { document: StartSyncDocument, needs: ['profileId'], byPreview: false, fields: SyncFields },
  movePortfolioInformation: { document: StartMoveDocument, needs: ['setId', 'targetCollectionId'], byPreview: true, fields: MoveFields },
  changePortfolios: { document: StartChangeDocument, needs: ['selection', 'action'], byPreview: true, fields: ChangeFields },
  withdrawProfile: { document: StartWithdrawalDocument, needs: ['profileId'], byPreview: false, fields: WithdrawalFields },
  importCollection: { document: StartImportDocument, needs: ['collectionId', 'fileId'], byPreview: false, fields: ImportFields },
  importFromAlma: { document: StartAlmaDocument, needs: ['fileId'], byPreview: true, fields: AlmaFields },
};

/** Runs a job: its parameters, a review of what it would do, and then the job itself. */
export function Job() {
  const { words } = useSpoken();
  const { mutation } = route.useParams();
  const types = useAnswer(JobTypesDocument, {});
  const choices = useAnswer(JobChoicesDocument, {});
  const error = types.error ?? choices.error;
  if (error) {
    return (
      <Page heading={words.jobs.heading}>
        <Problem error={error} again={() => void Promise.all([types.refetch(), choices.refetch()])} />
      </Page>
    );
  }
  if (!types.data || !choices.data) return <Loading />;
  const type = types.data.jobTypes.find((t) => t.mutation === mutation);
  if (!type) return <NotFound />;
  const form = forms[mutation];
  return (
    <Page heading={words.jobs.types[mutation]?.[0] ?? type.name} aside={<Link to="/console/jobs">{words.jobs.others}</Link>}>
      <p>{words.jobs.types[mutation]?.[1] ?? type.description}</p>
      {form ? <Parameters form={form} there={choices.data} /> : <Elsewhere type={type} />}
    </Page>
  );
}

/** A job that is started where what it is about stands: what the API wants to be told. */
function Elsewhere({ type }: { type: Type }) {
  const { words } = useSpoken();
  return (
    <Section heading={words.jobs.parameters}>
      <p className="note">{words.jobs.elsewhere(type.mutation)}</p>
      <Facts rows={type.parameters.map((parameter) => [parameter.name, parameter.description])} />
    </Section>
  );
}

function Parameters({ form, there }: { form: JobForm; there: JobChoicesQuery }) {
  const { words } = useSpoken();
  const navigate = useNavigate();
  const [input, setInput] = useState<Input>({});
  const [preview, setPreview] = useState('');
  // The forms differ in their inputs; what they answer is alike.
  const start = useChange(form.document as Operation<StartMoveMutation, { input: Input }>);
  const errors = start.data?.answer.userErrors;
  const complete = form.needs.every((name) => input[name]);
  const run = (mode: 'PREVIEW' | 'APPLY', begun: (id: string) => void) =>
    start.mutate(
      { input: { ...input, mode, idempotencyKey: crypto.randomUUID(), ...(mode === 'APPLY' && form.byPreview && { previewJobId: preview }) } },
      { onSuccess: ({ answer }) => answer.job && begun(answer.job.id) },
    );
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        run('PREVIEW', setPreview);
      }}
    >
      <Section heading={words.jobs.parameters}>
        <form.fields
          input={input}
          there={there}
          set={(part) => {
            setInput((before) => ({ ...before, ...part }));
            setPreview(''); // it showed something else
            start.reset();
          }}
        />
      </Section>
      <UserErrors errors={errors} />
      {start.error && <Problem error={start.error} />}
      {preview ? (
        <Review id={preview}>
          <Button
            kind="main"
            isDisabled={start.isPending}
            onPress={() => run('APPLY', (id) => void navigate({ to: '/console/runs/$id', params: { id } }))}
          >
            {words.jobs.submit}
          </Button>
        </Review>
      ) : (
        <div className="buttons">
          <Button kind="main" type="submit" isDisabled={!complete || start.isPending}>
            {words.jobs.review}
          </Button>
        </div>
      )}
    </Form>
  );
}

/** What the job would do, as soon as its preview knows; `children` submit it. */
function Review({ id, children }: { id: string; children: ReactNode }) {
  const { words, format } = useSpoken();
  const { data, error } = useAnswer(ReviewDocument, { id }, {
    refetchInterval: ({ state }) => (hasSpoken((state.data as ReviewQuery | undefined)?.job?.state) ? false : 700),
  });
  const job = data?.job;
  if (error) return <Problem error={error} />;
  if (!job || !hasSpoken(job.state)) return <Loading />;
  const figures = [
    ...(Object.keys(words.counts) as (keyof typeof words.counts)[]).map((name) => [words.counts[name], figureOf(job.counts, name)] as const),
    ...Object.entries(words.jobs.move).map(([name, text]) => [text, figureOf(job.counts, name)] as const),
    ...Object.entries(words.jobs.bulk).map(([name, text]) => [text, figureOf(job.counts, name)] as const),
  ].filter(([, n]) => n > 0);
  return (
    <Section heading={words.jobs.summary} aside={<Badge tone={toneOf(job)}>{outcome(job, words)}</Badge>}>
      <p role="status">{job.summary}</p>
      {job.error && (
        <div className="problem">
          <strong>{job.error.message}</strong>
          {job.error.hint && <p>{job.error.hint}</p>}
        </div>
      )}
      <div className="figures">
        {figures.map(([text, n]) => (
          <div key={text}>
            <span>{text}</span>
            <strong>{format.number(n)}</strong>
          </div>
        ))}
      </div>
      <div className="buttons">
        {job.state === 'SUCCEEDED' && children}
        <Link to="/console/runs/$id" params={{ id }}>
          {words.jobs.everyLine}
        </Link>
      </div>
    </Section>
  );
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
type Options = [value: string, text: string][];
const named = (things: readonly { id: string; name: string }[]): Options => things.map((thing) => [thing.id, thing.name]);

function SyncFields({ input, set, there }: Fields) {
  const { words } = useSpoken();
  const options: Options = there.profiles.nodes.map((p) => [p.id, p.active ? p.name : `${p.name} (${words.profiles.inactive})`]);
  return (
    <>
      <Choice label={words.titles.profile} value={text(input['profileId'])} options={[['', words.none], ...options]} onChange={(profileId) => set({ profileId })} />
      <Tick label={words.jobs.force} hint={words.jobs.forceHint} isSelected={input['force'] === true} onChange={(force) => set({ force })} />
    </>
  );
}

function WithdrawalFields({ input, set, there }: Fields) {
  const { words } = useSpoken();
  return (
    <>
      <Choice
        label={words.titles.profile}
        value={text(input['profileId'])}
        options={[['', words.none], ...named(there.profiles.nodes)]}
        onChange={(profileId) => set({ profileId })}
      />
      <Choice
        label={words.jobs.content}
        value={text(input['content'])}
        options={[
          ['', words.all],
          ['BOOKS', words.content.BOOKS],
          ['JOURNALS', words.content.JOURNALS],
        ]}
        onChange={(content) => set({ content: content || null })}
      />
    </>
  );
}

function MoveFields({ input, set, there }: Fields) {
  const { words } = useSpoken();
  const chosen = there.collectionSets.nodes.find((s) => s.id === input['setId']);
  const targets = there.collections.nodes.filter((c) => c.active && !chosen?.collections.nodes.some((old) => old.id === c.id));
  return (
    <>
      <div className="buttons">
        <Choice label={words.jobs.set} value={text(input['setId'])} options={[['', words.none], ...named(there.collectionSets.nodes)]} onChange={(setId) => set({ setId })} />
        <Dialog button={<Button>{words.jobs.newSet}</Button>} heading={words.jobs.newSet}>
          {(close) => (
            <NewSet
              there={there}
              made={(setId) => {
                set({ setId });
                close();
              }}
            />
          )}
        </Dialog>
      </div>
      {chosen && <p>{chosen.collections.nodes.map((c) => c.name).join(', ')}</p>}
      <Choice
        label={words.jobs.target}
        value={text(input['targetCollectionId'])}
        options={[['', words.none], ...named(targets)]}
        onChange={(targetCollectionId) => set({ targetCollectionId })}
      />
      <Tick label={words.jobs.movePoLines} isSelected={input['movePoLines'] === true} onChange={(movePoLines) => set({ movePoLines })} />
      <Tick label={words.jobs.moveLicenses} isSelected={input['moveLicenses'] === true} onChange={(moveLicenses) => set({ moveLicenses })} />
      {input['moveLicenses'] === true && (
        <Choice
          label={words.jobs.licenseConflict}
          value={text(input['licenseConflict']) || 'KEEP_TARGET'}
          options={[
            ['KEEP_TARGET', words.jobs.licenseConflicts.KEEP_TARGET],
            ['OVERWRITE', words.jobs.licenseConflicts.OVERWRITE],
          ]}
          onChange={(licenseConflict) => set({ licenseConflict })}
        />
      )}
      <Tick
        label={words.jobs.includeInaccessible}
        hint={words.jobs.includeInaccessibleHint}
        isSelected={input['includeInaccessible'] === true}
        onChange={(includeInaccessible) => set({ includeInaccessible })}
      />
    </>
  );
}

function NewSet({ there, made }: { there: JobChoicesQuery; made: (id: string) => void }) {
  const { words } = useSpoken();
  const [name, setName] = useState('');
  const [collectionIds, setCollectionIds] = useState<string[]>([]);
  const create = useChange(CreateCollectionSetDocument);
  return (
    <div className="form">
      <Field label={words.collections.name} isRequired value={name} onChange={setName} />
      <CheckboxGroup className="form" value={collectionIds} onChange={setCollectionIds}>
        <Label>{words.collections.heading}</Label>
        {there.collections.nodes.map((collection) => (
          <Tick key={collection.id} value={collection.id} label={collection.name} />
        ))}
      </CheckboxGroup>
      <UserErrors errors={create.data?.createCollectionSet.userErrors} />
      {create.error && <Problem error={create.error} />}
      <div className="buttons">
        <Button
          kind="main"
          isDisabled={!name || collectionIds.length === 0 || create.isPending}
          onPress={() =>
            create.mutate({ input: { name, collectionIds } }, { onSuccess: ({ createCollectionSet: { collectionSet } }) => collectionSet && made(collectionSet.id) })
          }
        >
          {words.title.save}
        </Button>
      </div>
    </div>
  );
}

const notes = ['publicNote', 'internalNote', 'authenticationNote', 'temporarilyUnavailable'] as const;

/** The titles are those that the address tells, as the titles page does, or those of a set. */
function ChangeFields({ input, set, there }: Fields) {
  const { words, format } = useSpoken();
  const search = route.useSearch();
  const filter = filterOf(search);
  const filtered = Object.keys(filter).length > 0;
  const { data } = useAnswer(ChosenTitlesDocument, { filter: input['action'] === 'RESTORE' ? { ...filter, removed: true } : filter });
  const total = data?.portfolios.totalCount ?? 0;
  const selection = input['selection'] as { setId?: string; filter?: unknown } | undefined;
  const change = (input['change'] ?? {}) as Input;
  const action = text(input['action']);
  const alter = (name: string, value: unknown) => {
    const { [name]: _, ...rest } = change;
    set({ change: value === undefined ? rest : { ...rest, [name]: value } });
  };
  const state = (value: unknown) => (value === undefined ? '' : value === null ? 'none' : String(value));
  return (
    <>
      <Choice
        label={words.jobs.which}
        value={selection?.setId ?? (selection?.filter ? 'filter' : '')}
        options={[
          ['', words.jobs.choose],
          ['filter', `${filtered ? words.jobs.filtered : words.jobs.allTitles}: ${words.titles.found(total, format.number(total))}`],
          ...named(there.portfolioSets.nodes),
        ]}
        onChange={(which) => set({ selection: which === 'filter' ? { filter } : which ? { setId: which } : undefined })}
      />
      <Link to="/console/titles" search={search}>
        {words.jobs.otherTitles}
      </Link>
      <Choice
        label={words.jobs.action}
        value={action}
        options={[['', words.jobs.choose], ...(Object.entries(words.jobs.actions) as Options)]}
        onChange={(chosen) => set({ action: chosen, change: chosen === 'CHANGE' ? change : undefined, targetCollectionId: undefined })}
      />
      {action === 'MOVE' && (
        <Choice
          label={words.jobs.target}
          value={text(input['targetCollectionId'])}
          options={[['', words.none], ...named(there.collections.nodes.filter((c) => !c.communityZoneCollection))]}
          onChange={(targetCollectionId) => set({ targetCollectionId })}
        />
      )}
      {action === 'CHANGE' && (
        <>
          <p>{words.jobs.changeHint}</p>
          <Choice
            label={words.titles.available}
            value={state(change['available'])}
            options={[
              ['', words.jobs.leave],
              ['true', words.yes],
              ['false', words.no],
            ]}
            onChange={(value) => alter('available', value === '' ? undefined : value === 'true')}
          />
          <Choice
            label={words.titles.license}
            value={change['licenseId'] === null ? 'away' : text(change['licenseId'])}
            options={[['', words.jobs.leave], ['away', words.jobs.takeAway], ...(there.licenses.nodes.map((l) => [l.id, l.code]) as Options)]}
            onChange={(value) => alter('licenseId', value === '' ? undefined : value === 'away' ? null : value)}
          />
          {notes.map((note) => (
            <div key={note} className="pair">
              <Field
                label={words.title[note]}
                value={text(change[note])}
                isDisabled={change[note] === null}
                onChange={(value) => alter(note, value === '' ? undefined : value)}
              />
              <Tick label={words.jobs.empty(words.title[note])} isSelected={change[note] === null} onChange={(away) => alter(note, away ? null : undefined)} />
            </div>
          ))}
        </>
      )}
    </>
  );
}

/** A list that is uploaded as soon as it is dropped: lists may be larger than a request of the API. */
function FileField({ label, onUpload }: { label: string; onUpload: (fileId: string | undefined) => void }) {
  const { words } = useSpoken();
  const send = useMutation<string, Refused, File>({ mutationFn: upload, onSuccess: onUpload });
  return (
    <>
      <Drop
        label={label}
        onFile={(file) => {
          onUpload(undefined);
          send.mutate(file);
        }}
      />
      <p role="status">{send.isPending ? words.loading : send.isSuccess ? words.jobs.uploaded(send.variables.name) : ''}</p>
      {send.error && <Problem error={send.error} />}
    </>
  );
}

function ImportFields({ input, set, there }: Fields) {
  const { words } = useSpoken();
  return (
    <>
      <Choice
        label={words.titles.collection}
        value={text(input['collectionId'])}
        options={[['', words.none], ...named(there.collections.nodes.filter((c) => !c.communityZoneCollection))]}
        onChange={(collectionId) => set({ collectionId })}
      />
      <FileField label={words.jobs.dropKbart} onUpload={(fileId) => set({ fileId })} />
      <Tick label={words.jobs.removeMissing} isSelected={input['removeMissing'] === true} onChange={(removeMissing) => set({ removeMissing })} />
    </>
  );
}

function AlmaFields({ input, set, there }: Fields) {
  const { words } = useSpoken();
  return (
    <>
      <Choice
        label={words.titles.collection}
        value={text(input['collectionId'])}
        options={[['', words.jobs.asTheFileSays], ...named(there.collections.nodes)]}
        onChange={(collectionId) => set({ collectionId: collectionId || null })}
      />
      <FileField label={words.jobs.dropAlma} onUpload={(fileId) => set({ fileId })} />
    </>
  );
}
