import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { ViewerDocument } from '../api/gql/graphql';
import { useAnswer } from '../api/queries';
import { useSpoken, type Language, type Theme } from '../words/locale';
import { Choice } from './choice';
import { Button } from './parts';

/** What is around each page: the way to the others, who is signed in, how it looks, and whether the server is there. */
export function Frame() {
  const { words } = useSpoken();
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [open, setOpen] = useState(false);
  const first = useRef(true);
  // After a click on a link the focus would stay on what is gone: it goes to the page's heading, which a screen reader then reads.
  useEffect(() => {
    setOpen(false);
    if (first.current) {
      first.current = false;
      return;
    }
    main.current?.focus();
  }, [path]);
  return (
    <>
      <a className="skip" href="#main">
        {words.skip}
      </a>
      <div className="frame">
        <header className="side">
          <div className="brand">
            <Link to="/">autoholdings</Link>
            <Button aria-expanded={open} aria-controls="pages" onPress={() => setOpen(!open)}>
              {words.menu}
            </Button>
          </div>
          <nav id="pages" aria-label={words.nav.label} data-open={open}>
            <ul>
              <li>
                <Link to="/" activeOptions={{ exact: true }}>
                  {words.nav.today}
                </Link>
              </li>
              <li>
                <Link to="/console/titles">{words.nav.titles}</Link>
              </li>
              <li>
                <Link to="/console/runs">{words.nav.runs}</Link>
              </li>
              <li>
                <Link to="/console/collections">{words.nav.collections}</Link>
              </li>
              <li>
                <Link to="/console/profiles">{words.nav.profiles}</Link>
              </li>
              <li>
                <Link to="/console/acquisitions" activeOptions={{ includeSearch: false }}>
                  {words.nav.acquisitions}
                </Link>
              </li>
              <li>
                <Link to="/console/jobs" activeOptions={{ includeSearch: false }}>
                  {words.nav.jobs}
                </Link>
              </li>
              <li>
                <Link to="/console/schedules">{words.nav.schedules}</Link>
              </li>
              <li>
                <Link to="/console/settings" activeOptions={{ includeSearch: false }}>
                  {words.nav.settings}
                </Link>
              </li>
              <li>
                <a href="/graphiql/">{words.nav.graphiql}</a>
              </li>
            </ul>
            <Person />
          </nav>
        </header>
        <main id="main" ref={main} tabIndex={-1}>
          <Away />
          <Outlet />
        </main>
      </div>
    </>
  );
}

function Person() {
  const { words, language, theme, speak, paint } = useSpoken();
  const { data } = useAnswer(ViewerDocument, {}, { staleTime: 300_000 });
  const viewer = data?.viewer;
  return (
    <div className="person">
      <Choice
        label={words.language}
        value={language}
        options={[
          ['en', 'English'],
          ['de', 'Deutsch'],
        ]}
        onChange={(value) => speak(value as Language)}
      />
      <Choice
        label={words.theme.label}
        value={theme}
        options={[
          ['system', words.theme.system],
          ['light', words.theme.light],
          ['dark', words.theme.dark],
        ]}
        onChange={(value) => paint(value as Theme)}
      />
      {viewer?.kind === 'PERSON' && (
        <form method="post" action="/logout">
          <p>{words.signedInAs(viewer.name ?? '')}</p>
          <Button type="submit">{words.signOut}</Button>
        </form>
      )}
    </div>
  );
}

/** Says that the server is away, for as long as it is. */
function Away() {
  const { words } = useSpoken();
  const client = useQueryClient();
  const failing = useIsFetching({ predicate: (query) => query.state.fetchFailureCount > 0 }, client);
  return (
    <div role="status">{failing > 0 && <p className="away">{words.refused.offline}</p>}</div>
  );
}
