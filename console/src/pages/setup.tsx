import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CheckboxGroup, Form, Label } from 'react-aria-components';
import {
  ActivateDocument,
  ChangeProfileDocument,
  CreateProfileDocument,
  FirstRunDocument,
  RunProfileDocument,
  SetUpDocument,
  TestCredentialsDocument,
  type FirstRunQuery,
  type SetUpQuery,
} from '../api/gql/graphql';
import { ask, type Refused } from '../api/client';
import { queries, useAnswer, useChange } from '../api/queries';
import { Page } from '../ui/page';
import { Field, Tick } from '../ui/fields';
import { Badge, Button, Loading, Problem, Section, UserErrors } from '../ui/parts';
import { ScheduleFields, usualSchedule, type ScheduleValue } from '../ui/schedule';
import { hasSpoken } from '../ui/tone';
import { useSpoken } from '../words/locale';

interface Draft {
  description: string;
  customerNumber: string;
  apiKey: string;
  /** Community Zone ids to activate; those that are active already stay so. */
  activate: string[];
  available: boolean;
  autoActivate: boolean;
  schedule: ScheduleValue;
  groupIds: string[];
}

/** From nothing to the first synced collection, in five steps. */
export function SetUp() {
  const { words } = useSpoken();
  const { data, error, refetch } = useAnswer(SetUpDocument, {});
  return (
    <Page heading={words.setup.heading}>
      {error && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && <Steps there={data} />}
    </Page>
  );
}

function Steps({ there }: { there: SetUpQuery }) {
  const { words } = useSpoken();
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState<Draft>(() => ({
    description: '',
    customerNumber: '',
    apiKey: '',
    activate: there.communityZoneCollections.nodes.filter((zone) => !zone.collection?.active).map((zone) => zone.communityZoneId),
    available: true,
    autoActivate: false,
    schedule: usualSchedule(),
    groupIds: [],
  }));
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const steps = [
    <Credentials key="credentials" draft={draft} change={change} />,
    <Collections key="collections" draft={draft} change={change} there={there} />,
    <Section key="schedule" heading={words.setup.steps[2]}>
      <p>{words.setup.scheduleHint}</p>
      <ScheduleFields value={draft.schedule} onChange={(schedule) => change({ schedule })} />
    </Section>,
    <Groups key="groups" draft={draft} change={change} there={there} />,
    <First key="first" draft={draft} />,
  ];
  const complete = draft.customerNumber !== '' && draft.apiKey !== '';
  return (
    <>
      <ol className="steps">
        {words.setup.steps.map((name, i) => (
          <li key={name} aria-current={i === step ? 'step' : undefined}>
            {i + 1}. {name}
          </li>
        ))}
      </ol>
      <Form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          setStep(step + 1);
        }}
      >
        {steps[step]}
        <div className="buttons">
          {step > 0 && step < 4 && <Button onPress={() => setStep(step - 1)}>{words.setup.back}</Button>}
          {step < 4 && (
            <Button kind="main" type="submit" isDisabled={!complete}>
              {step === 3 ? words.setup.preview : words.setup.next}
            </Button>
          )}
        </div>
      </Form>
    </>
  );
}

interface Step {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

function Credentials({ draft, change }: Step) {
  const { words } = useSpoken();
  const test = useChange(TestCredentialsDocument);
  const { customerNumber, apiKey } = draft;
  return (
    <Section heading={words.setup.steps[0]}>
      <Field label={words.profiles.description} hint={words.setup.descriptionHint} value={draft.description} onChange={(description) => change({ description })} />
      <Field
        label={words.profiles.customerNumber}
        hint={words.setup.customerHint}
        isRequired
        value={customerNumber}
        onChange={(value) => change({ customerNumber: value.trim() })}
      />
      <Field
        label={words.profiles.apiKey}
        hint={words.setup.keyHint}
        type="password"
        autoComplete="off"
        isRequired
        value={apiKey}
        onChange={(value) => change({ apiKey: value.trim() })}
      />
      <div className="buttons">
        <Button isDisabled={test.isPending || !customerNumber || !apiKey} onPress={() => test.mutate({ input: { customerNumber, apiKey } })}>
          {words.setup.test}
        </Button>
      </div>
      <div role="status">
        <ul className="items">
          {test.data?.testProfileConnection.results.map((result) => (
            <li key={result.content}>
              <div className="what">
                <strong>{words.content[result.content]}</strong>: {result.message}
                {result.hint && <p>{result.hint}</p>}
              </div>
              <Badge tone={result.ok ? 'good' : 'bad'}>{result.ok ? words.setup.works : words.setup.worksNot}</Badge>
            </li>
          ))}
        </ul>
      </div>
      <UserErrors errors={test.data?.testProfileConnection.userErrors} />
      {test.error && <Problem error={test.error} />}
    </Section>
  );
}

function Collections({ draft, change, there }: Step & { there: SetUpQuery }) {
  const { words, format } = useSpoken();
  const zones = there.communityZoneCollections.nodes;
  const open = zones.filter((zone) => !zone.collection?.active);
  return (
    <Section heading={words.setup.steps[1]}>
      <ul>
        {zones
          .filter((zone) => zone.collection?.active)
          .map((zone) => (
            <li key={zone.id}>
              {zone.name} <Badge tone="good">{words.profiles.active}</Badge>
            </li>
          ))}
      </ul>
      {open.length > 0 && (
        <>
          <CheckboxGroup className="form" value={draft.activate} onChange={(activate) => change({ activate })}>
            <Label>{words.setup.activate}</Label>
            {open.map((zone) => (
              <Tick
                key={zone.id}
                value={zone.communityZoneId}
                label={zone.name}
                hint={`${words.content[zone.content]}${zone.titleCount > 0 ? ` · ${words.titles.found(zone.titleCount, format.number(zone.titleCount))}` : ''}`}
              />
            ))}
          </CheckboxGroup>
          <Tick label={words.collections.available} hint={words.setup.availableHint} isSelected={draft.available} onChange={(available) => change({ available })} />
          <Tick
            label={words.collections.autoActivate}
            hint={words.setup.autoActivateHint}
            isSelected={draft.autoActivate}
            onChange={(autoActivate) => change({ autoActivate })}
          />
        </>
      )}
    </Section>
  );
}

function Groups({ draft, change, there }: Step & { there: SetUpQuery }) {
  const { words } = useSpoken();
  const groups = there.inventoryGroups.nodes;
  return (
    <Section heading={words.setup.steps[3]}>
      {!there.settings.multiCampusInventoryManagement || groups.length === 0 ? (
        <p>{words.setup.noGroups}</p>
      ) : (
        <CheckboxGroup className="form" value={draft.groupIds} onChange={(groupIds) => change({ groupIds })}>
          <Label>{words.setup.groups}</Label>
          {groups.map((group) => (
            <Tick key={group.id} value={group.id} label={group.name} />
          ))}
        </CheckboxGroup>
      )}
    </Section>
  );
}

/**
 * The last step. Its preview needs a profile, so it is saved, inactive: nothing runs by itself until *Save*. Collections are
 * activated only here, when all else has been chosen.
 */
function First({ draft }: { draft: Draft }) {
  const { words } = useSpoken();
  const navigate = useNavigate();
  const [begun, setBegun] = useState<{ profile: { id: string; version: number }; job: string } | null>(null);
  const [errors, setErrors] = useState<readonly { message: string }[]>([]);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  const change = useChange(ChangeProfileDocument);

  const begin = async () => {
    setBusy(true);
    setErrors([]);
    setRefused(null);
    try {
      for (const communityZoneId of draft.activate) {
        const { activateCollection } = await ask(ActivateDocument, {
          input: { communityZoneId, makeServiceAvailable: draft.available, autoActivateNewPortfolios: draft.autoActivate, activationType: 'MANUAL' },
        });
        const bad = activateCollection.userErrors.filter((error) => error.code !== 'ALREADY_ACTIVE');
        if (bad.length > 0) return setErrors(bad);
      }
      const { createProfile } = await ask(CreateProfileDocument, {
        input: {
          description: draft.description,
          customerNumber: draft.customerNumber,
          apiKey: draft.apiKey,
          active: false,
          schedule: draft.schedule,
          ...(draft.groupIds.length > 0 && { groupIds: draft.groupIds }),
        },
      });
      if (!createProfile.profile) return setErrors(createProfile.userErrors);
      const { runProfile } = await ask(RunProfileDocument, { id: createProfile.profile.id, mode: 'PREVIEW', key: crypto.randomUUID() });
      if (!runProfile.job) return setErrors(runProfile.userErrors);
      setBegun({ profile: createProfile.profile, job: runProfile.job.id });
    } catch (cause) {
      setRefused(cause as Refused);
    } finally {
      setBusy(false);
      void queries.invalidateQueries();
    }
  };
  const save = (runNow: boolean) =>
    begun &&
    change.mutate(
      { input: { profileId: begun.profile.id, version: begun.profile.version, active: true, ...(runNow && { runNow, idempotencyKey: crypto.randomUUID() }) } },
      {
        onSuccess: ({ updateProfile }) => {
          if (updateProfile.job) void navigate({ to: '/console/runs/$id', params: { id: updateProfile.job.id } });
          else if (updateProfile.userErrors.length === 0) void navigate({ to: '/console/profiles' });
        },
      },
    );
  return (
    <Section heading={words.setup.steps[4]}>
      <p>{words.setup.previewHint}</p>
      {!begun && (
        <div className="buttons">
          <Button kind="main" isDisabled={busy} onPress={() => void begin()}>
            {words.setup.begin}
          </Button>
        </div>
      )}
      <UserErrors errors={errors.length ? errors : change.data?.updateProfile.userErrors} />
      {refused && <Problem error={refused} />}
      {change.error && <Problem error={change.error} />}
      {begun && <FirstRun id={begun.job} />}
      {begun && (
        <div className="buttons">
          <Button kind="main" isDisabled={change.isPending} onPress={() => save(true)}>
            {words.setup.saveAndRun}
          </Button>
          <Button isDisabled={change.isPending} onPress={() => save(false)}>
            {words.setup.save}
          </Button>
        </div>
      )}
    </Section>
  );
}

/** What the first run would do, as soon as it is known. */
function FirstRun({ id }: { id: string }) {
  const { words, format } = useSpoken();
  const { data } = useAnswer(FirstRunDocument, { id }, {
    refetchInterval: ({ state }) => (hasSpoken((state.data as FirstRunQuery | undefined)?.job?.state) ? false : 1_000),
  });
  const job = data?.job;
  if (!job || !hasSpoken(job.state)) return <Loading />;
  return (
    <div role="status" className="form">
      {job.error && (
        <div className="problem">
          <strong>{job.error.message}</strong>
          {job.error.hint && <p>{job.error.hint}</p>}
        </div>
      )}
      <p>{job.summary}</p>
      <div className="figures">
        {job.parts.map((part) => (
          <div key={part.id}>
            <span>{part.content && words.content[part.content]}</span>
            <strong>{part.counts ? words.setup.wouldAdd(format.number(part.counts.added)) : words.partState[part.state]}</strong>
            <span>{part.message}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
