/**
 * Time stamps of logs, in the many forms tools write them. Pure: there is no clock here.
 *
 * A log mostly says neither zone nor, sometimes, day. So a time knows what it is: `zoned` counts from 1970 in UTC, `dated`
 * from 1970 by the clock on the wall of whoever wrote it, `clock` from the midnight before the log began.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 */
export interface LogTime {
  readonly kind: "zoned" | "dated" | "clock"
  /** Milliseconds, with a fraction where the log has one. */
  readonly at: number
}

/** A time, and where in the text it stands. @since 0.1.0 */
export interface Found {
  readonly time: LogTime
  readonly start: number
  /** The first character behind it. */
  readonly end: number
}

const minute = 60_000
const hour = 60 * minute

/** Milliseconds of a day. @since 0.1.0 */
export const day = 24 * hour

// --- the calendar --------------------------------------------------------------------------------------------------

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

/** Days before each month of a common year. */
const before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]

const daysBefore = (month: number, leap: boolean): number => before[month - 1]! + (leap && month > 2 ? 1 : 0)

/** Days from the year 1 to the first of January of a year. */
const daysBeforeYear = (year: number): number => {
  const past = year - 1
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400)
}

const epochDays = daysBeforeYear(1970)

/** Days since 1970, or undefined where the calendar has no such day. */
const daysOf = (year: number, month: number, dayOfMonth: number): number | undefined => {
  if (year < 1970 || year > 2200 || month < 1 || month > 12 || dayOfMonth < 1) return undefined
  const leap = isLeap(year)
  if (dayOfMonth > daysBefore(month + 1, leap) - daysBefore(month, leap)) return undefined
  return daysBeforeYear(year) - epochDays + daysBefore(month, leap) + dayOfMonth - 1
}

/** Year, month and day of a number of days since 1970. */
const dateOf = (days: number): readonly [year: number, month: number, day: number] => {
  let year = 1970 + Math.floor(days / 365.2425)
  while (daysBeforeYear(year + 1) - epochDays <= days) year++
  while (daysBeforeYear(year) - epochDays > days) year--
  const rest = days - (daysBeforeYear(year) - epochDays)
  const leap = isLeap(year)
  let month = 12
  while (daysBefore(month, leap) > rest) month--
  return [year, month, rest - daysBefore(month, leap) + 1]
}

// --- reading -------------------------------------------------------------------------------------------------------

/** `402` is 402 ms, `4` is 400 ms, `402123` is 402.123 ms. */
const fraction = (digits: string | undefined): number =>
  digits === undefined ? 0 : Number(`${digits.slice(0, 3).padEnd(3, "0")}.${digits.slice(3, 9)}0`)

const clockOf = (
  hours: string,
  minutes: string,
  seconds: string,
  digits: string | undefined,
  half?: string
): number | undefined => {
  let h = Number(hours)
  if (half !== undefined) {
    if (h < 1 || h > 12) return undefined
    h = (h % 12) + (/p/i.test(half) ? 12 : 0)
  }
  // A leap second is written as the sixtieth.
  if (h > 23 || Number(minutes) > 59 || Number(seconds) > 60) return undefined
  return h * hour + Number(minutes) * minute + Number(seconds) * 1000 + fraction(digits)
}

/** Minutes east of UTC. */
const offsetOf = (zone: string): number => {
  if (/^z|^utc$|^gmt$/i.test(zone)) return 0
  const digits = zone.replace(":", "")
  return (digits[0] === "-" ? -1 : 1) * (Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5)))
}

const dated = (days: number | undefined, clock: number | undefined, zone: string | undefined): LogTime | undefined =>
  days === undefined || clock === undefined
    ? undefined
    : zone === undefined
      ? { kind: "dated", at: days * day + clock }
      : { kind: "zoned", at: days * day + clock - offsetOf(zone) * minute }

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
const monthOf = (name: string): number => months.indexOf(name.slice(0, 3).toLowerCase()) + 1

const clockPattern = String.raw`(\d{1,2}):(\d{2}):(\d{2})(?:[.,:](\d{1,9}))?(?:\s?([AaPp])\.?[Mm]\b)?(?!\d)`
const zonePattern = String.raw`(?:\s?(Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}\b))?`

interface Form {
  /** What it looks like, for the reader of this table. */
  readonly example: string
  readonly pattern: RegExp
  readonly read: (groups: ReadonlyArray<string | undefined>) => LogTime | undefined
}

/** Earlier rows go first where two forms begin at the same place. */
const forms: ReadonlyArray<Form> = [
  {
    example: "2019-06-08 15:14:37,402 · 2019/06/08T15:14:37.402Z · 2019.6.8 15:14:37:402 · 2019-06-08 15:14:37 +0200",
    pattern: new RegExp(
      String.raw`(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:T|[ _\t-]{1,3})${clockPattern}${zonePattern}`
    ),
    read: ([year, month, dayOfMonth, h, m, s, digits, half, zone]) =>
      dated(daysOf(Number(year), Number(month), Number(dayOfMonth)), clockOf(h!, m!, s!, digits, half), zone)
  },
  {
    example: "20190608 15:14:37.402 · 20190608151437402 · 20190608-151437",
    pattern: /(?<!\d)(\d{4})(\d{2})(\d{2})[T _-]?(\d{2}):?(\d{2}):?(\d{2})(?:[.,:]?(\d{2,6}))?(?!\d)/,
    read: ([year, month, dayOfMonth, h, m, s, digits]) =>
      dated(daysOf(Number(year), Number(month), Number(dayOfMonth)), clockOf(h!, m!, s!, digits), undefined)
  },
  {
    // Days come first between dots; between strokes and dashes months do, unless there is no such month.
    example: "08.06.2019 15:14:37.402 · 06/08/2019 03:14:37 PM · 13/06/2019 15:14:37",
    pattern: new RegExp(String.raw`(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2(\d{4})[ T_\t]{1,3}${clockPattern}${zonePattern}`),
    read: ([first, mark, second, year, h, m, s, digits, half, zone]) => {
      const dayFirst = mark === "." || Number(first) > 12
      const [month, dayOfMonth] = dayFirst ? [second, first] : [first, second]
      return dated(daysOf(Number(year), Number(month), Number(dayOfMonth)), clockOf(h!, m!, s!, digits, half), zone)
    }
  },
  {
    example: "08 Jun 2019 15:14:37.402 · 08-Jun-2019 15:14:37",
    pattern: new RegExp(
      String.raw`(?<!\d)(\d{1,2})[ -](Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ -](\d{4})[ T]${clockPattern}${zonePattern}`,
      "i"
    ),
    read: ([dayOfMonth, month, year, h, m, s, digits, half, zone]) =>
      dated(daysOf(Number(year), monthOf(month!), Number(dayOfMonth)), clockOf(h!, m!, s!, digits, half), zone)
  },
  {
    example: "Sat Jun 08 15:14:37 2019 · Jun 8 15:14:37.402 2019",
    pattern: new RegExp(
      String.raw`\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* {1,2}(\d{1,2}) ${clockPattern} (\d{4})(?!\d)`,
      "i"
    ),
    read: ([month, dayOfMonth, h, m, s, digits, half, year]) =>
      dated(daysOf(Number(year), monthOf(month!), Number(dayOfMonth)), clockOf(h!, m!, s!, digits, half), undefined)
  },
  {
    example: "15:14:37.402 · 3:14:37 pm · 15:14:37:402",
    pattern: new RegExp(String.raw`(?<![\d:])${clockPattern}`),
    read: ([h, m, s, digits, half]) => {
      const at = clockOf(h!, m!, s!, digits, half)
      return at === undefined ? undefined : { kind: "clock", at }
    }
  },
  {
    example: "1560006877402 (ms since 1970) · 1560006877402123 (µs) · 1560006877.402 (s)",
    pattern: /(?<![\d.])(1\d{9})(?:(\d{3})(\d{3})?|\.(\d{1,9}))?(?![\d.])/,
    read: ([seconds, milliseconds, microseconds, digits]) => ({
      kind: "zoned",
      at: Number(seconds) * 1000 + fraction(digits ?? `${milliseconds ?? ""}${microseconds ?? ""}`)
    })
  }
]

/** The table, for those who want to see it: what each form looks like. @since 0.1.0 */
export const examples: ReadonlyArray<string> = forms.map(({ example }) => example)

/** A prefix is short; in what is longer nobody looks for a time. */
const longest = 1000

/**
 * The first time in a text, of which the first 1 000 characters are looked at.
 *
 * @since 0.1.0
 */
export const find = (text: string): Found | undefined => {
  const looked = text.length > longest ? text.slice(0, longest) : text
  let best: Found | undefined
  for (const { pattern, read } of forms) {
    const match = pattern.exec(looked)
    if (match === null || (best !== undefined && match.index >= best.start)) continue
    const time = read(match.slice(1))
    if (time !== undefined) best = { time, start: match.index, end: match.index + match[0].length }
    if (best?.start === 0) return best
  }
  return best
}

/**
 * Reads a text that is a time and nothing else, or a date: `2019-06-08` is its midnight.
 *
 * @since 0.1.0
 */
export const parse = (text: string): LogTime | undefined => {
  const trimmed = text.trim()
  for (const tried of [trimmed, `${trimmed} 00:00:00`, `${trimmed}:00`]) {
    const found = find(tried)
    if (found?.start === 0 && found.end === tried.length) return found.time
  }
  return undefined
}

// --- comparing and writing -----------------------------------------------------------------------------------------

/**
 * Puts a time of day behind another of the same log: it is of the next day where it is more than twelve hours earlier.
 *
 * @since 0.1.0
 */
export const after = (time: LogTime, previous: LogTime | undefined): LogTime => {
  if (time.kind !== "clock" || previous?.kind !== "clock") return time
  const days = Math.round((previous.at - time.at) / day)
  return days <= 0 ? time : { kind: "clock", at: time.at + days * day }
}

/**
 * Milliseconds from `limit` to `time`: by the clock alone where one of the two has no date.
 *
 * @since 0.1.0
 */
export const since = (limit: LogTime, time: LogTime): number =>
  limit.kind === "clock" && time.kind !== "clock"
    ? (((time.at % day) + day) % day) - limit.at
    : limit.kind !== "clock" && time.kind === "clock"
      ? time.at - (((limit.at % day) + day) % day)
      : time.at - limit.at

const digits = (value: number, width: number): string => String(value).padStart(width, "0")

const clockText = (at: number): string => {
  const ms = Math.floor(at)
  return `${digits(Math.floor(ms / hour), 2)}:${digits(Math.floor(ms / minute) % 60, 2)}:${digits(Math.floor(ms / 1000) % 60, 2)}.${digits(ms % 1000, 3)}`
}

/**
 * `2019-06-08 15:14:37.402`, with a `Z` where the zone is known, without date where the day is not. To the millisecond.
 *
 * @since 0.1.0
 */
export const format = ({ at, kind }: LogTime): string => {
  const days = Math.floor(at / day)
  const clock = clockText(at - days * day)
  if (kind === "clock") return clock
  const [year, month, dayOfMonth] = dateOf(days)
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(dayOfMonth, 2)} ${clock}${kind === "zoned" ? "Z" : ""}`
}

/**
 * The same as programs read it: `2019-06-08T15:14:37.402Z`, a `T` before the clock.
 *
 * @since 0.1.0
 */
export const toIso = (time: LogTime): string => format(time).replace(" ", "T")
