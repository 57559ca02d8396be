/**
 * The day that every template is told, however it asks. Meta's templates fall back to it. The day of today would make each prompt, and every
 * lane's KV, another one after midnight.
 */
const TEMPLATE_DATE = { year: 2024, month: 7, day: 26, weekday: 5, dayOfYear: 208 } as const;

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const { year, month, day, weekday, dayOfYear } = TEMPLATE_DATE;
const monthName = MONTHS[month - 1] ?? '';
const dayName = DAYS[weekday] ?? '';

/** Python's `strftime` codes for midnight of that day, with the names of the C locale. */
const codes: Readonly<Record<string, string>> = {
  '%': '%',
  A: dayName,
  a: dayName.slice(0, 3),
  B: monthName,
  b: monthName.slice(0, 3),
  h: monthName.slice(0, 3),
  C: '20',
  c: `${dayName.slice(0, 3)} ${monthName.slice(0, 3)} ${day} 00:00:00 ${year}`,
  D: `${pad(month)}/${pad(day)}/24`,
  d: pad(day),
  e: String(day).padStart(2),
  F: `${year}-${pad(month)}-${pad(day)}`,
  f: '000000',
  G: String(year),
  g: '24',
  H: '00',
  I: '12',
  j: String(dayOfYear),
  k: ' 0',
  l: '12',
  M: '00',
  m: pad(month),
  n: '\n',
  P: 'am',
  p: 'AM',
  R: '00:00',
  r: '12:00:00 AM',
  S: '00',
  T: '00:00:00',
  t: '\t',
  U: '29',
  u: String(weekday),
  V: '30',
  W: '30',
  w: String(weekday),
  X: '00:00:00',
  x: `${pad(month)}/${pad(day)}/24`,
  Y: String(year),
  y: '24',
  Z: '',
  z: '',
};

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** The fixed date in a format of Python's `strftime`; `%-d` leaves out the zero in front. */
export function formatDate(format: string): string {
  return format.replace(/%(-?)([A-Za-z%])/g, (whole, dash: string, code: string) => {
    const text = codes[code];
    if (text === undefined) return whole;
    return dash === '' ? text : text.replace(/^[0 ]+(?=.)/, '');
  });
}
