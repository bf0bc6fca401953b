import type { ScheduleFrequency, Weekday } from '../api/gql/graphql';
import { useSpoken } from '../words/locale';
import { Choice } from './choice';
import { Field } from './fields';

export interface ScheduleValue {
  frequency: ScheduleFrequency;
  weekday: Weekday;
  dayOfMonth: number;
  time: string;
  timezone: string;
}

/** Every Monday at three, where the reader is. */
export function usualSchedule(): ScheduleValue {
  return { frequency: 'WEEKLY', weekday: 'MONDAY', dayOfMonth: 1, time: '03:00', timezone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

const weekdays: Weekday[] = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/** When something runs by itself; below it the same in words. */
export function ScheduleFields({ value, onChange }: { value: ScheduleValue; onChange: (value: ScheduleValue) => void }) {
  const { words, language } = useSpoken();
  const dayName = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
  const name = (day: Weekday) => dayName.format(Date.UTC(2024, 0, 1 + weekdays.indexOf(day))); // 1 January 2024 was a Monday
  return (
    <div className="form">
      <div className="buttons">
        <Choice
          label={words.schedule.frequency}
          value={value.frequency}
          options={(['NONE', 'DAILY', 'WEEKLY', 'MONTHLY'] as const).map((frequency) => [frequency, words.schedule.frequencies[frequency]])}
          onChange={(frequency) => onChange({ ...value, frequency: frequency as ScheduleFrequency })}
        />
        {value.frequency === 'WEEKLY' && (
          <Choice
            label={words.schedule.weekday}
            value={value.weekday}
            options={weekdays.map((day) => [day, name(day)])}
            onChange={(weekday) => onChange({ ...value, weekday: weekday as Weekday })}
          />
        )}
        {value.frequency === 'MONTHLY' && (
          <Choice
            label={words.schedule.dayOfMonth}
            value={String(value.dayOfMonth)}
            options={Array.from({ length: 31 }, (_, i) => [String(i + 1), String(i + 1)])}
            onChange={(day) => onChange({ ...value, dayOfMonth: Number(day) })}
          />
        )}
        {value.frequency !== 'NONE' && (
          <>
            <Field label={words.schedule.time} type="time" value={value.time} onChange={(time) => onChange({ ...value, time })} />
            <Field label={words.schedule.timezone} value={value.timezone} onChange={(timezone) => onChange({ ...value, timezone })} />
          </>
        )}
      </div>
      <p>
        <small>{words.schedule.inWords(value.frequency, name(value.weekday), value.dayOfMonth, value.time, value.timezone)}</small>
      </p>
    </div>
  );
}
