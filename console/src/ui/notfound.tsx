import { useSpoken } from '../words/locale';
import { Page } from './page';
import { Empty } from './parts';

export function NotFound() {
  const { words } = useSpoken();
  return (
    <Page heading={words.refused.notFound}>
      <Empty>{words.refused.notFoundHint}</Empty>
    </Page>
  );
}
