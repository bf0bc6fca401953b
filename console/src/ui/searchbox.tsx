import { useEffect, useState } from 'react';
import { Button, Input, Label, SearchField, Text } from 'react-aria-components';

/** Searches while somebody types, a moment after the last key. `value` is what the address says. */
export function SearchBox({ label, hint, value, onSearch }: { label: string; hint?: string; value: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const soon = setTimeout(() => onSearch(text), 200);
    return () => clearTimeout(soon);
  }, [text, value, onSearch]);
  return (
    <SearchField className="field" value={text} onChange={setText}>
      <Label>{label}</Label>
      <div className="buttons">
        <Input style={{ flex: 1 }} />
        {text && <Button className="button quiet">×</Button>}
      </div>
      {hint && (
        <Text slot="description">
          <small>{hint}</small>
        </Text>
      )}
    </SearchField>
  );
}
