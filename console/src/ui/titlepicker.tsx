import { useEffect, useState } from 'react';
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import { PickTitlesDocument } from '../api/gql/graphql';
import { useAnswer } from '../api/queries';

/** One title, found by typing: words, ISSN, ISBN, title_id or URL. `name` is the title of the one that is chosen. */
export function TitlePicker({ label, name, onChange }: { label: string; name: string; onChange: (id: string, name: string) => void }) {
  const [text, setText] = useState(name);
  const [search, setSearch] = useState(name);
  useEffect(() => {
    const soon = setTimeout(() => setSearch(text), 200);
    return () => clearTimeout(soon);
  }, [text]);
  const { data } = useAnswer(PickTitlesDocument, { search }, { enabled: search !== '', placeholderData: (before) => before });
  const found = data?.portfolios.nodes ?? [];
  return (
    <ComboBox
      className="field"
      inputValue={text}
      onInputChange={setText}
      items={found}
      allowsEmptyCollection
      onChange={(id) => {
        const chosen = found.find((title) => title.id === id);
        if (chosen) onChange(chosen.id, chosen.title);
      }}
    >
      <Label>{label}</Label>
      <div className="buttons">
        <Input style={{ flex: 1 }} />
        <Button className="button quiet">▾</Button>
      </div>
      <Popover className="popover">
        <ListBox<(typeof found)[number]> className="options">
          {(title) => (
            <ListBoxItem id={title.id} textValue={title.title} className="option">
              {title.title} <small>{[title.onlineIdentifier ?? title.printIdentifier, title.collection.name].filter(Boolean).join(' · ')}</small>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
