import type { ReactNode } from 'react';
import { Checkbox, Input, Label, Text, TextArea, TextField, type TextFieldProps } from 'react-aria-components';

/** A line of text, or several, with its label and what to know about it. */
export function Field({ label, hint, long, ...props }: TextFieldProps & { label: string; hint?: ReactNode; long?: boolean }) {
  return (
    <TextField {...props} className="field">
      <Label>{label}</Label>
      {long ? <TextArea rows={2} /> : <Input />}
      {hint && (
        <Text slot="description">
          <small>{hint}</small>
        </Text>
      )}
    </TextField>
  );
}

/** Yes or no, with what it means below it. In a group of several, `value` names it. */
export function Tick({ label, hint, value, isSelected, isDisabled, onChange }: {
  label: string;
  hint?: string | undefined;
  value?: string;
  isSelected?: boolean;
  isDisabled?: boolean;
  onChange?: (selected: boolean) => void;
}) {
  return (
    <Checkbox
      className="tick"
      {...(value !== undefined && { value })}
      {...(isSelected !== undefined && { isSelected })}
      {...(isDisabled !== undefined && { isDisabled })}
      {...(onChange && { onChange })}
    >
      {({ isSelected: selected }) => (
        <>
          <span className="box" aria-hidden="true">
            {selected && '✓'}
          </span>
          <span>
            {label}
            {hint && <small>{hint}</small>}
          </span>
        </>
      )}
    </Checkbox>
  );
}
