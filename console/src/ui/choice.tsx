import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';

/** One of several, in a list that opens. `''` stands for no choice. */
export function Choice({ label, value, options, onChange }: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}) {
  return (
    <Select className="choice" value={value || 'none'} onChange={(key) => onChange(key === 'none' ? '' : String(key))}>
      <Label>{label}</Label>
      <Button className="button quiet">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover">
        <ListBox className="options">
          {options.map(([key, text]) => (
            <ListBoxItem key={key} id={key || 'none'} textValue={text} className="option">
              {text}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
