import { Button, DropZone, FileTrigger, Text } from 'react-aria-components';
import { useSpoken } from '../words/locale';

/** Where one file is dropped, or chosen by keyboard. */
export function Drop({ label, onFile }: { label: string; onFile: (file: File) => void }) {
  const { words } = useSpoken();
  return (
    <DropZone
      className="drop"
      onDrop={(event) => {
        const dropped = event.items.find((item) => item.kind === 'file');
        if (dropped) void dropped.getFile().then(onFile);
      }}
    >
      <Text slot="label">{label}</Text>
      <FileTrigger onSelect={(files) => files?.[0] && onFile(files[0])}>
        <Button className="button quiet">{words.chooseFile}</Button>
      </FileTrigger>
    </DropZone>
  );
}

/** A file's text, in UTF-8 or in UTF-16 with its mark; null where it is neither. */
export async function textOf(file: Blob): Promise<string | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mark = `${bytes[0]} ${bytes[1]}`;
  const encoding = mark === '255 254' ? 'utf-16le' : mark === '254 255' ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
