import { useState } from 'react';
import { Form } from 'react-aria-components';
import { ChangeTitleDocument } from '../api/gql/graphql';
import { useChange } from '../api/queries';
import { Dialog } from '../ui/dialog';
import { useDraft, useTheirs } from '../ui/draft';
import { Field, Tick } from '../ui/fields';
import { Button, Refusals, SaveOrCancel } from '../ui/parts';
import { useSpoken } from '../words/locale';
import { fieldsOf, type Title } from './title';

/** What the library has of its own about a title: its values instead of the provider's, notes, and whether it is available. */
export function EditTitle({ title }: { title: Title }) {
  const { words } = useSpoken();
  return (
    <Dialog button={<Button kind="main">{words.title.edit}</Button>} heading={words.title.editHeading}>
      {(close) => <EditForm title={title} close={close} />}
    </Dialog>
  );
}

const notes = ['publicNote', 'internalNote', 'authenticationNote', 'temporarilyUnavailable'] as const;

/** The local values by their fields, and the notes. What there is none of is empty. */
function ownOf(title: Title): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [field] of fieldsOf(title)) own[field] = '';
  for (const value of title.localValues) own[value.field] = value.value;
  for (const note of notes) own[note] = title[note] ?? '';
  return own;
}

/**
 * The version that the form was opened with goes along. If somebody else has saved meanwhile, nothing is overwritten: the page then
 * has their values, which are shown beside what was typed, and saving again is for their version.
 */
function EditForm({ title, close }: { title: Title; close: () => void }) {
  const { words } = useSpoken();
  const [began] = useState(title.version);
  const own = useDraft(ownOf(title));
  const [wasAvailable] = useState(title.available);
  const [available, setAvailable] = useState(wasAvailable);
  const change = useChange(ChangeTitleDocument);
  const errors = change.data?.updatePortfolio.userErrors;
  const conflict = errors?.some((error) => error.code === 'CONFLICT') ?? false;
  const theirs = useTheirs(own, conflict);
  const values = fieldsOf(title).filter(([field]) => field !== 'publication_type');

  const save = () => {
    const changed = own.changed as Record<string, string | null>;
    const input = {
      portfolioId: title.id,
      version: conflict ? title.version : began,
      ...(available !== wasAvailable && { available }),
      localValues: values.filter(([field]) => field in changed).map(([field]) => ({ field, value: changed[field] ?? null })),
      ...Object.fromEntries(notes.filter((note) => note in changed).map((note) => [note, changed[note]])),
    };
    change.mutate({ input }, { onSuccess: (answer) => answer.updatePortfolio.userErrors.length === 0 && close() });
  };
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Refusals conflict={conflict && words.title.conflict} errors={errors} refused={change.error} />
      <Tick label={words.titles.available} isSelected={available} onChange={setAvailable} />
      {notes.map((note) => (
        <Field key={note} label={words.title[note]} long value={own.mine[note] ?? ''} onChange={own.set(note)} hint={theirs(note)} />
      ))}
      <small>{words.title.localHint}</small>
      {values.map(([field, shown]) => {
        const provider = title.localValues.find((value) => value.field === field)?.providerValue ?? shown;
        const said = theirs(field);
        return (
          <Field
            key={field}
            label={words.fields[field] ?? field}
            value={own.mine[field] ?? ''}
            onChange={own.set(field)}
            hint={
              <>
                {words.title.provider}: {provider || words.none}
                {said && <br />}
                {said}
              </>
            }
          />
        );
      })}
      <div className="buttons">
        <SaveOrCancel busy={change.isPending} close={close} />
      </div>
    </Form>
  );
}
