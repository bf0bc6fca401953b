import { useState } from 'react';
import { ImportLicensesDocument, ImportPoLinesDocument, type AcquisitionsAction, type ImportedFragment } from '../api/gql/graphql';
import { useChange } from '../api/queries';
import { Choice } from '../ui/choice';
import { Drop, textOf } from '../ui/drop';
import { Page } from '../ui/page';
import { Badge, Button, Loading, Problem, Scroll, Section, UserErrors, type Tone } from '../ui/parts';
import { useSpoken } from '../words/locale';
import { AcquisitionsPages } from './acquisitions';

type Report = NonNullable<ImportedFragment['report']>;

/** Takes a file of PO lines or licenses: what it would do, line by line, before it does it. */
export function Import() {
  const { words } = useSpoken();
  const [what, setWhat] = useState('poLines');
  const [file, setFile] = useState<{ name: string; text: string } | null>(null);
  const [unreadable, setUnreadable] = useState('');
  const poLines = useChange(ImportPoLinesDocument);
  const licenses = useChange(ImportLicensesDocument);
  const run = what === 'poLines' ? poLines : licenses;
  const answer = run.data?.answer;
  const take = async (dropped: File) => {
    const text = await textOf(dropped);
    setUnreadable(text === null ? dropped.name : '');
    setFile(text === null ? null : { name: dropped.name, text });
    run.reset();
    if (text !== null) run.mutate({ input: { file: text, dryRun: true } });
  };
  return (
    <Page heading={words.acquisitions.import}>
      <AcquisitionsPages />
      <p>{words.acquisitions.importHint}</p>
      <Choice
        label={words.acquisitions.importWhat}
        value={what}
        options={[
          ['poLines', words.acquisitions.poLines],
          ['licenses', words.acquisitions.licenses],
        ]}
        onChange={(chosen) => {
          setWhat(chosen);
          setFile(null);
          poLines.reset();
          licenses.reset();
        }}
      />
      <p>
        <small>
          {words.acquisitions.columns}: {columns[what === 'poLines' ? 'poLines' : 'licenses']}
        </small>
      </p>
      <Drop label={words.acquisitions.dropHere} onFile={(dropped) => void take(dropped)} />
      {unreadable && (
        <p className="problem" role="alert">
          {words.acquisitions.notText(unreadable)}
        </p>
      )}
      {run.isPending && <Loading />}
      {run.error && <Problem error={run.error} />}
      <UserErrors errors={answer?.userErrors} />
      {file && answer?.report && (
        <Outcome name={file.name} report={answer.report}>
          {answer.report.dryRun && answer.report.lines.length > answer.report.refused && (
            <div className="buttons">
              <Button kind="main" isDisabled={run.isPending} onPress={() => run.mutate({ input: { file: file.text, dryRun: false } })}>
                {words.acquisitions.apply}
              </Button>
            </div>
          )}
        </Outcome>
      )}
    </Page>
  );
}

// As docs/operations.md has them.
const columns = {
  poLines:
    'number, vendor, status, type, ordered_on, renews_on, note, process_type, fund, price, currency, interval_from, interval_until, main, portfolio_id, collection, title_id, print_identifier, online_identifier, identifier, ordered_collection',
  licenses: 'code, name, vendor, status, type, starts_on, ends_on, note, perpetual_access, perpetual_from, perpetual_until',
};

const tones: Record<AcquisitionsAction, Tone> = { CREATED: 'good', UPDATED: 'busy', UNCHANGED: 'plain', ATTACHED: 'good', MOVED: 'busy', REFUSED: 'bad' };
const figures = ['created', 'updated', 'attached', 'moved', 'unchanged', 'refused'] as const;
const shownAtOnce = 200;

function Outcome({ name, report, children }: { name: string; report: Report; children: React.ReactNode }) {
  const { words, format } = useSpoken();
  const [action, setAction] = useState<AcquisitionsAction | ''>('');
  const [shown, setShown] = useState(shownAtOnce);
  const lines = report.lines.filter((line) => action === '' || line.action === action);
  return (
    <Section heading={name} aside={<Badge tone={report.dryRun ? 'warn' : 'good'}>{report.dryRun ? words.verdict.PREVIEWED : words.acquisitions.applied}</Badge>}>
      <p role="status">{report.dryRun ? words.run.notApplied : words.acquisitions.appliedHint}</p>
      <div className="figures">
        {figures
          .filter((figure) => report[figure] > 0)
          .map((figure) => (
            <div key={figure}>
              <strong>{format.number(report[figure])}</strong>
              <span>{words.acquisitions.actions[figure.toUpperCase() as AcquisitionsAction]}</span>
            </div>
          ))}
      </div>
      {report.warnings.map((warning) => (
        <p key={warning} className="note">
          {warning}
        </p>
      ))}
      {children}
      <Choice
        label={words.acquisitions.action}
        value={action}
        options={[['', words.all], ...figures.filter((figure) => report[figure] > 0).map((f) => [f.toUpperCase(), words.acquisitions.actions[f.toUpperCase() as AcquisitionsAction]] as const)]}
        onChange={(chosen) => setAction(chosen as AcquisitionsAction | '')}
      />
      <Scroll label={words.acquisitions.lines}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.run.line}</th>
              <th scope="col">{words.acquisitions.fields.number}</th>
              <th scope="col">{words.acquisitions.action}</th>
              <th scope="col">{words.acquisitions.message}</th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, shown).map((line) => (
              <tr key={line.line}>
                <td className="number">{line.line}</td>
                <td>{line.number}</td>
                <td>
                  <Badge tone={tones[line.action]}>{words.acquisitions.actions[line.action]}</Badge>
                </td>
                <td>{line.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {lines.length > shown && <Button onPress={() => setShown(shown + shownAtOnce)}>{words.more}</Button>}
    </Section>
  );
}
