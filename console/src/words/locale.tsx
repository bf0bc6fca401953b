import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { de } from './de';
import { en, type Words } from './en';

export type Language = 'en' | 'de';
export type Theme = 'system' | 'light' | 'dark';

const catalogues: Record<Language, Words> = { en, de };

/** How figures and moments are written. Days and moments of the API are UTC; moments are shown in the reader's time zone. */
export interface Format {
  number(n: number): string;
  percent(n: number): string;
  day(iso: string): string;
  moment(iso: string): string;
  ago(iso: string): string;
}

interface Spoken {
  language: Language;
  words: Words;
  format: Format;
  theme: Theme;
  speak(language: Language): void;
  paint(theme: Theme): void;
}

const Context = createContext<Spoken | null>(null);

// What somebody chose stays in this browser. Nothing secret is ever kept there.
function kept<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
  const value = localStorage.getItem(name) as T | null;
  return value && choices.includes(value) ? value : otherwise;
}

export function Spoken({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => kept<Language>('language', ['en', 'de'], navigator.language.startsWith('de') ? 'de' : 'en'));
  const [theme, setTheme] = useState(() => kept<Theme>('theme', ['system', 'light', 'dark'], 'system'));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const spoken = useMemo<Spoken>(
    () => ({
      language,
      words: catalogues[language],
      format: formatOf(language),
      theme,
      speak(chosen) {
        localStorage.setItem('language', chosen);
        setLanguage(chosen);
      },
      paint(chosen) {
        localStorage.setItem('theme', chosen);
        setTheme(chosen);
      },
    }),
    [language, theme],
  );
  return (
    <Context value={spoken}>
      <I18nProvider locale={language}>{children}</I18nProvider>
    </Context>
  );
}

export function useSpoken(): Spoken {
  const spoken = useContext(Context);
  if (!spoken) throw new Error('no words here');
  return spoken;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

function formatOf(language: Language): Format {
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return {
    number: (n) => number.format(n),
    percent: (n) => percent.format(n / 100),
    day: (iso) => day.format(new Date(iso)),
    moment: (iso) => moment.format(new Date(iso)),
    ago(iso) {
      const seconds = (Date.parse(iso) - Date.now()) / 1000;
      const [unit, size] = units.find(([, s]) => Math.abs(seconds) >= s) ?? ['second' as const, 1];
      return relative.format(Math.round(seconds / size), unit);
    },
  };
}
