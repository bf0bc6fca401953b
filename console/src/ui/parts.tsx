import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import type { Refused } from '../api/client';
import { useSpoken } from '../words/locale';

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'busy';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

export function Button({ kind = 'quiet', ...props }: ButtonProps & { kind?: 'main' | 'quiet' | 'danger' }) {
  return <AriaButton {...props} className={`button ${kind}`} />;
}

/** A part of a page with its heading. */
export function Section({ heading, id, children, aside }: { heading: string; id?: string; children: ReactNode; aside?: ReactNode }) {
  return (
    <section className="section" aria-label={heading} id={id}>
      <header>
        <h2>{heading}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

export function Empty({ children, hint }: { children: ReactNode; hint?: string }) {
  return (
    <p className="empty">
      {children}
      {hint && <small>{hint}</small>}
    </p>
  );
}

export function Loading() {
  const { words } = useSpoken();
  return (
    <p className="loading" role="status">
      {words.loading}
    </p>
  );
}

/** Why something was refused, and what to do: announced when it appears. */
export function Problem({ error, again }: { error: Refused; again?: () => void }) {
  const { words } = useSpoken();
  return (
    <div className="problem" role="alert">
      <strong>{words.refused.heading}</strong>
      <p>{error.code === 'OFFLINE' ? words.refused.offline : error.message}</p>
      {error.requestId && <small>{words.refused.requestId(error.requestId)}</small>}
      {again && <Button onPress={again}>{words.refused.again}</Button>}
    </div>
  );
}

/** What a mutation said that its caller can mend. */
export function UserErrors({ errors }: { errors: readonly { message: string }[] | undefined }) {
  const { words } = useSpoken();
  if (!errors?.length) return null;
  return (
    <div className="problem" role="alert">
      <strong>{words.refused.heading}</strong>
      <ul>
        {errors.map((error) => (
          <li key={error.message}>{error.message}</li>
        ))}
      </ul>
    </div>
  );
}

/** What may be wider than the page: it scrolls by itself, also by keyboard. */
export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="scroll" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

/** What stands in place of an answer until it is there. */
export function Until({ answer }: { answer: { error: Refused | null; isPending: boolean; refetch: () => unknown } }) {
  if (answer.error) return <Problem error={answer.error} again={() => void answer.refetch()} />;
  return answer.isPending ? <Loading /> : null;
}

/** Why what a form sent was not taken: somebody else's change, said by `conflict`, what its sender can mend, or a fault. */
export function Refusals({ conflict, errors, refused }: { conflict?: string | false; errors: readonly { message: string }[] | undefined; refused: Refused | null }) {
  return (
    <>
      {conflict ? (
        <p className="note" role="alert">
          {conflict}
        </p>
      ) : (
        <UserErrors errors={errors} />
      )}
      {refused && <Problem error={refused} />}
    </>
  );
}

/** The buttons of a form in a dialog. */
export function SaveOrCancel({ busy, close }: { busy: boolean; close: () => void }) {
  const { words } = useSpoken();
  return (
    <>
      <Button kind="main" type="submit" isDisabled={busy}>
        {words.title.save}
      </Button>
      <Button onPress={close}>{words.cancel}</Button>
    </>
  );
}

/** Rows of names and values. What is not there takes no row. */
export function Facts({ rows }: { rows: [name: string, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
