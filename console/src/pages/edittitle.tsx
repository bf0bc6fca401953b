import { useState } from 'react';
import { Checkbox, Form, Input, Label, Text, TextArea, TextField } from 'react-aria-components';
import { ChangeTitleDocument } from '../api/gql/graphql';
import { useChange } from '../api/queries';
import { Dialog } from '../ui/dialog';
import { Button, Problem, UserErrors } from '../ui/parts';
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

function ownOf(title: Title): Record<string, string> {
  const own: Record<string, string> = {};
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
  const [began] = useState({ version: title.version, own: ownOf(title), available: title.available });
  const [own, setOwn] = useState(began.own);
  const [available, setAvailable] = useState(title.available);
  const change = useChange(ChangeTitleDocument);
  const errors = change.data?.updatePortfolio.userErrors;
  const conflict = errors?.some((error) => error.code === 'CONFLICT') ?? false;
  const theirs = ownOf(title);
  const values = fieldsOf(title).filter(([field]) => field !== 'publication_type');

  const save = () => {
    const changed = (name: string) => (own[name] ?? '') !== (began.own[name] ?? '');
    const input = {
      portfolioId: title.id,
      version: conflict ? title.version : began.version,
      ...(available === began.available ? {} : { available }),
      localValues: values.filter(([field]) => changed(field)).map(([field]) => ({ field, value: own[field] || null })),
      ...Object.fromEntries(notes.filter(changed).map((note) => [note, own[note] || null])),
    };
    change.mutate(
      { input },
      {
        onSuccess: (answer) => {
          if (answer.updatePortfolio.userErrors.length === 0) close();
        },
      },
    );
  };
  const field = (name: string, label: string, hint?: string, long = false) => (
    <TextField key={name} className="field" value={own[name] ?? ''} onChange={(value) => setOwn({ ...own, [name]: value })}>
      <Label>{label}</Label>
      {long ? <TextArea rows={2} /> : <Input />}
      {hint && (
        <Text slot="description">
          <small>{hint}</small>
        </Text>
      )}
      {conflict && (theirs[name] ?? '') !== (own[name] ?? '') && <small>{words.title.theirs(theirs[name] || words.none)}</small>}
    </TextField>
  );
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
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
      <Checkbox className="tick" isSelected={available} onChange={setAvailable}>
        <span className="box" aria-hidden="true">
          {available && '✓'}
        </span>
        {words.titles.available}
      </Checkbox>
      {notes.map((note) => field(note, words.title[note], undefined, true))}
      <small>{words.title.localHint}</small>
      {values.map(([name, shown]) => {
        const provider = title.localValues.find((value) => value.field === name)?.providerValue ?? shown;
        return field(name, words.fields[name] ?? name, `${words.title.provider}: ${provider || words.none}`);
      })}
      <div className="buttons">
        <Button kind="main" type="submit" isDisabled={change.isPending}>
          {words.title.save}
        </Button>
        <Button onPress={close}>{words.cancel}</Button>
      </div>
    </Form>
  );
}
