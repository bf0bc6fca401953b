import { CheckboxGroup, Label } from 'react-aria-components';
import type { AccessScope } from '../api/gql/graphql';
import { useSpoken } from '../words/locale';
import { Tick } from './fields';

/** What somebody or a program may do. */
export function Scopes({ value, onChange, hint }: { value: AccessScope[]; onChange: (value: AccessScope[]) => void; hint?: string | undefined }) {
  const { words } = useSpoken();
  return (
    <CheckboxGroup className="form" value={value} onChange={(chosen) => onChange(chosen as AccessScope[])}>
      <Label>{words.settings.scopes}</Label>
      {(Object.keys(words.settings.scope) as AccessScope[]).map((scope) => (
        <Tick key={scope} value={scope} label={words.settings.scope[scope]} hint={words.settings.scopeHint[scope]} />
      ))}
      {hint && <small>{hint}</small>}
    </CheckboxGroup>
  );
}
