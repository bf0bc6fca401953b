import { useState } from 'react';
import { Form } from 'react-aria-components';
import {
  AddPersonDocument,
  ChangePersonDocument,
  EndSessionsDocument,
  PeopleDocument,
  RemovePersonDocument,
  type AccessScope,
  type PeopleQuery,
} from '../api/gql/graphql';
import { useChange, usePages } from '../api/queries';
import { Confirmed } from '../ui/confirmed';
import { Dialog } from '../ui/dialog';
import { Field, Tick } from '../ui/fields';
import { Page } from '../ui/page';
import { Badge, Button, Empty, Refusals, SaveOrCancel, Until } from '../ui/parts';
import { Scopes } from '../ui/scopes';
import { useSpoken } from '../words/locale';
import { SettingsPages } from './settings';

type Person = PeopleQuery['people']['nodes'][number];

/** Who signs in, and what they may do. */
export function People() {
  const { words, format } = useSpoken();
  const pages = usePages(PeopleDocument, {}, (answer) => answer.people);
  const people = pages.data?.pages.flatMap((page) => page.people.nodes) ?? [];
  return (
    <Page
      heading={words.settings.people}
      aside={
        <Dialog button={<Button kind="main">{words.settings.newPerson}</Button>} heading={words.settings.newPerson}>
          {(close) => <PersonForm close={close} />}
        </Dialog>
      }
    >
      <SettingsPages />
      <Until answer={pages} />
      {pages.data && people.length === 0 && <Empty hint={words.settings.noPeopleHint}>{words.settings.noPeople}</Empty>}
      <ul className="items">
        {people.map((person) => (
          <li key={person.id}>
            <div className="what">
              <strong>{person.name}</strong>
              <p>{person.scopes.map((scope) => words.settings.scope[scope]).join(', ')}</p>
              <p>{[person.issuer, person.seenAt ? words.settings.seen(format.ago(person.seenAt)) : words.settings.neverSeen].filter(Boolean).join(' · ')}</p>
            </div>
            {person.disabled && <Badge tone="bad">{words.settings.disabled}</Badge>}
            <Dialog button={<Button aria-label={`${words.title.edit}: ${person.name}`}>{words.title.edit}</Button>} heading={person.name}>
              {(close) => <PersonForm person={person} close={close} />}
            </Dialog>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && <Button onPress={() => void pages.fetchNextPage()}>{words.more}</Button>}
    </Page>
  );
}

function PersonForm({ person, close }: { person?: Person; close: () => void }) {
  const { words } = useSpoken();
  const [began] = useState(person);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [scopes, setScopes] = useState<AccessScope[]>(person?.scopes ?? ['READ']);
  const [disabled, setDisabled] = useState(person?.disabled ?? false);
  const add = useChange(AddPersonDocument);
  const change = useChange(ChangePersonDocument);
  const remove = useChange(RemovePersonDocument);
  const end = useChange(EndSessionsDocument);
  const errors = (change.data ?? add.data ?? remove.data ?? end.data)?.answer.userErrors;
  const conflict = errors?.some((error) => error.code === 'CONFLICT' && person && began && person.version !== began.version) ?? false;
  const refused = add.error ?? change.error ?? remove.error ?? end.error;
  const done = { onSuccess: ({ answer }: { answer: { userErrors: unknown[] } }) => answer.userErrors.length === 0 && close() };
  const differs = (a: readonly string[], b: readonly string[]) => a.toSorted().join() !== b.toSorted().join();
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!person || !began) {
          add.mutate({ input: { name, password, scopes } }, done);
          return;
        }
        const changed = {
          ...(password && { password }),
          ...(differs(scopes, began.scopes) && { scopes }),
          ...(disabled !== began.disabled && { disabled }),
        };
        change.mutate({ input: { personId: person.id, version: conflict ? person.version : began.version, ...changed } }, done);
      }}
    >
      <Refusals conflict={conflict && words.acquisitions.conflict} errors={errors} refused={refused} />
      {!person && <Field label={words.collections.name} isRequired autoComplete="off" value={name} onChange={setName} />}
      {!person?.issuer && (
        <>
          <Field
            label={person ? words.settings.newPassword : words.settings.password}
            hint={words.settings.passwordHint}
            type="password"
            autoComplete="new-password"
            isRequired={!person}
            value={password}
            onChange={setPassword}
          />
          <Scopes
            value={scopes}
            onChange={setScopes}
            hint={
              conflict && person && differs(scopes, person.scopes)
                ? words.title.theirs(person.scopes.map((scope) => words.settings.scope[scope]).join(', '))
                : undefined
            }
          />
        </>
      )}
      {person && <Tick label={words.settings.keepOut} hint={words.settings.keepOutHint} isSelected={disabled} onChange={setDisabled} />}
      <div className="buttons">
        <SaveOrCancel busy={add.isPending || change.isPending} close={close} />
        {person && (
          <>
            <Button isDisabled={end.isPending} onPress={() => end.mutate({ id: person.id }, done)}>
              {words.settings.endSessions}
            </Button>
            <Confirmed
              label={words.delete}
              question={words.settings.deletePerson(person.name)}
              isDisabled={remove.isPending}
              onConfirm={() => remove.mutate({ id: person.id }, done)}
            />
          </>
        )}
      </div>
    </Form>
  );
}
