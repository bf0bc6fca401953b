import { useEffect, type ReactNode } from 'react';

/** A page with its heading, which is the window's title too. */
export function Page({ heading, children, aside }: { heading: string; children: ReactNode; aside?: ReactNode }) {
  useEffect(() => {
    document.title = `${heading} · autoholdings`;
  }, [heading]);
  return (
    <>
      <header className="page">
        <h1>{heading}</h1>
        {aside}
      </header>
      {children}
    </>
  );
}
