import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import {
  ChangeGroupDocument,
  ChangeSettingsDocument,
  CreateGroupDocument,
  DeleteGroupDocument,
  SettingsDocument,
  ViewerDocument,
  type SettingsQuery,
} from '../api/gql/graphql';
import { useAnswer, useChange } from '../api/queries';
import { Confirmed } from '../ui/confirmed';
import { Dialog } from '../ui/dialog';
import { useDraft, useTheirs } from '../ui/draft';
import { Field, Tick } from '../ui/fields';
import { Page } from '../ui/page';
import { Button, Empty, Problem, Refusals, SaveOrCancel, Section, Until, UserErrors } from '../ui/parts';
import { useSpoken } from '../words/locale';

/** The ways between settings; those for administrators only where one is there. */
export function SettingsPages() {
  const { words } = useSpoken();
  const { data } = useAnswer(ViewerDocument, {}, { staleTime: 300_000 });
  return (
    <nav className="pages" aria-label={words.settings.heading}>
      <Link to="/console/settings" activeOptions={{ exact: true }}>
        {words.settings.library}
      </Link>
      {data?.viewer.scopes.includes('ADMIN') && (
        <>
          <Link to="/console/settings/people">{words.settings.people}</Link>
          <Link to="/console/settings/tokens">{words.settings.tokens}</Link>
          <Link to="/console/settings/audit" activeOptions={{ includeSearch: false }}>
            {words.settings.audit}
          </Link>
        </>
      )}
    </nav>
  );
}

/** The library's settings, and its inventory groups. */
export function Settings() {
  const { words } = useSpoken();
  const { data, error, isPending, refetch } = useAnswer(SettingsDocument, {});
  return (
    <Page heading={words.settings.heading}>
      <SettingsPages />
      <Until answer={{ error, isPending, refetch }} />
      {data && <SettingsForm settings={data.settings} key={data.settings.version} />}
      {data && <Groups groups={data.inventoryGroups.nodes} />}
    </Page>
  );
}

// A change by somebody else begins the form anew (its key is the version), so that what is saved is what was seen.
function SettingsForm({ settings }: { settings: SettingsQuery['settings'] }) {
  const { words } = useSpoken();
  const { mine, set, changed } = useDraft({ institutionName: settings.institutionName, multiCampusInventoryManagement: settings.multiCampusInventoryManagement });
  const change = useChange(ChangeSettingsDocument);
  return (
    <Section heading={words.settings.library}>
      <Form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ input: { version: settings.version, ...changed } });
        }}
      >
        <Field label={words.settings.institutionName} hint={words.settings.institutionNameHint} value={mine.institutionName} onChange={set('institutionName')} />
        <Tick
          label={words.settings.multiCampus}
          hint={words.settings.multiCampusHint}
          isSelected={mine.multiCampusInventoryManagement}
          onChange={set('multiCampusInventoryManagement')}
        />
        <UserErrors errors={change.data?.updateSettings.userErrors} />
        {change.error && <Problem error={change.error} />}
        <div className="buttons">
          <Button kind="main" type="submit" isDisabled={change.isPending || Object.keys(changed).length === 0}>
            {words.title.save}
          </Button>
        </div>
      </Form>
    </Section>
  );
}

type Group = SettingsQuery['inventoryGroups']['nodes'][number];

function Groups({ groups }: { groups: Group[] }) {
  const { words } = useSpoken();
  return (
    <Section
      heading={words.settings.groups}
      aside={
        <Dialog button={<Button>{words.settings.newGroup}</Button>} heading={words.settings.newGroup}>
          {(close) => <GroupForm close={close} />}
        </Dialog>
      }
    >
      {groups.length === 0 && <Empty hint={words.settings.noGroupsHint}>{words.settings.noGroups}</Empty>}
      <ul className="items">
        {groups.map((group) => (
          <li key={group.id}>
            <div className="what">
              <strong>{group.name}</strong>
              <p>{[group.description, group.profiles.map((profile) => profile.name).join(', ')].filter(Boolean).join(' · ')}</p>
            </div>
            <Dialog button={<Button aria-label={`${words.title.edit}: ${group.name}`}>{words.title.edit}</Button>} heading={group.name}>
              {(close) => <GroupForm group={group} close={close} />}
            </Dialog>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function GroupForm({ group, close }: { group?: Group; close: () => void }) {
  const { words } = useSpoken();
  const [began] = useState(group);
  const draft = useDraft({ name: group?.name ?? '', description: group?.description ?? '' });
  const { mine, set, changed } = draft;
  const create = useChange(CreateGroupDocument);
  const change = useChange(ChangeGroupDocument);
  const remove = useChange(DeleteGroupDocument);
  const errors = (change.data ?? create.data ?? remove.data)?.answer.userErrors;
  const conflict = errors?.some((error) => error.code === 'CONFLICT' && group && began && group.version !== began.version) ?? false;
  const refused = create.error ?? change.error ?? remove.error;
  const theirs = useTheirs(draft, conflict);
  const done = { onSuccess: ({ answer }: { answer: { userErrors: unknown[] } }) => answer.userErrors.length === 0 && close() };
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (group && began) change.mutate({ input: { inventoryGroupId: group.id, version: conflict ? group.version : began.version, ...changed } }, done);
        else create.mutate({ input: { name: mine.name, description: mine.description } }, done);
      }}
    >
      <Refusals conflict={conflict && words.acquisitions.conflict} errors={errors} refused={refused} />
      <Field label={words.collections.name} isRequired value={mine.name} onChange={set('name')} hint={theirs('name') ?? words.settings.groupNameHint} />
      <Field label={words.profiles.description} value={mine.description} onChange={set('description')} hint={theirs('description')} />
      <div className="buttons">
        <SaveOrCancel busy={change.isPending || create.isPending} close={close} />
        {group && (
          <Confirmed
            label={words.delete}
            question={words.settings.deleteGroup(group.name)}
            isDisabled={remove.isPending}
            onConfirm={() => remove.mutate({ id: group.id }, done)}
          />
        )}
      </div>
    </Form>
  );
}
