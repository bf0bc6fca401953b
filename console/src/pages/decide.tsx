import { useState } from 'react';
import { Checkbox, CheckboxGroup, Form, Input, Label, Text, TextField } from 'react-aria-components';
import { ApproveRunDocument, RejectRunDocument, type JobChangeKind } from '../api/gql/graphql';
import { useChange } from '../api/queries';
import { Dialog } from '../ui/dialog';
import { Button, Problem, UserErrors } from '../ui/parts';
import { useSpoken } from '../words/locale';
import type { Run } from './run';

/** Takes the decision about a list that is held: which kinds of its changes are applied, and why. */
export function Decide({ job, part }: { job: Run; part: Run['parts'][number] }) {
  const { words } = useSpoken();
  return (
    <Dialog button={<Button kind="main">{words.run.decide}</Button>} heading={words.run.decideHeading}>
      {(close) => <DecideForm job={job} part={part} close={close} />}
    </Dialog>
  );
}

function DecideForm({ job, part, close }: { job: Run; part: Run['parts'][number]; close: () => void }) {
  const { words } = useSpoken();
  // Nothing that takes titles or access away is chosen beforehand.
  const [kinds, setKinds] = useState<string[]>(part.kinds.filter((kind) => kind === 'ADDITIONS' || kind === 'UPDATES'));
  const [reason, setReason] = useState('');
  const approve = useChange(ApproveRunDocument);
  const reject = useChange(RejectRunDocument);
  const parts = (chosen: string[] | null) => [{ partId: part.id, ...(chosen && { kinds: chosen as JobChangeKind[] }) }];
  const base = { jobId: job.id, ...(reason && { reason }) };
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        approve.mutate({ input: { ...base, parts: parts(kinds) } }, { onSuccess: (answer) => !answer.approveJob.userErrors.length && close() });
      }}
    >
      <CheckboxGroup value={kinds} onChange={setKinds} className="form">
        <Label>{words.run.changes}</Label>
        {part.kinds.map((kind) => (
          <Checkbox key={kind} value={kind} className="tick">
            <span className="box" aria-hidden="true">
              {kinds.includes(kind) && '✓'}
            </span>
            {words.run.changeKind[kind]}
          </Checkbox>
        ))}
        <Text slot="description">
          <small>{words.run.decideHint}</small>
        </Text>
      </CheckboxGroup>
      <TextField className="field" value={reason} onChange={setReason}>
        <Label>{words.run.reason}</Label>
        <Input />
      </TextField>
      <UserErrors errors={approve.data?.approveJob.userErrors ?? reject.data?.rejectJob.userErrors} />
      {approve.error && <Problem error={approve.error} />}
      {reject.error && <Problem error={reject.error} />}
      <div className="buttons">
        <Button kind="main" type="submit" isDisabled={kinds.length === 0 || approve.isPending}>
          {words.run.apply}
        </Button>
        <Button
          kind="danger"
          isDisabled={reject.isPending}
          onPress={() => reject.mutate({ input: { ...base, parts: parts(null) } }, { onSuccess: (answer) => !answer.rejectJob.userErrors.length && close() })}
        >
          {words.run.reject}
        </Button>
        <Button onPress={close}>{words.cancel}</Button>
      </div>
    </Form>
  );
}
