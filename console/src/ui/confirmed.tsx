import { useState } from 'react';
import { useSpoken } from '../words/locale';
import { Button } from './parts';

/** A button for what cannot be taken back: it asks first. `of` tells it apart from others of its kind. */
export function Confirmed({ label, of, question, isDisabled, onConfirm }: { label: string; of?: string; question: string; isDisabled?: boolean; onConfirm: () => void }) {
  const { words } = useSpoken();
  const [asks, setAsks] = useState(false);
  if (!asks) {
    return (
      <Button kind="danger" aria-label={of ? `${label}: ${of}` : label} isDisabled={isDisabled ?? false} onPress={() => setAsks(true)}>
        {label}
      </Button>
    );
  }
  return (
    <div className="note form" role="alert">
      <p>{question}</p>
      <div className="buttons">
        <Button kind="danger" autoFocus isDisabled={isDisabled ?? false} onPress={onConfirm}>
          {label}
        </Button>
        <Button onPress={() => setAsks(false)}>{words.cancel}</Button>
      </div>
    </div>
  );
}
