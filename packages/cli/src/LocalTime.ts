/**
 * Times as the clock on the wall shows them. Pure.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"

const padded = (value: number, digits = 2) => String(value).padStart(digits, "0")

const parts = (at: number, zone: DateTime.TimeZone) =>
  DateTime.toParts(DateTime.makeZonedUnsafe(at, { timeZone: zone }))

/**
 * `13:05:09.042`
 *
 * @since 0.1.0
 */
export const ofDay = (at: number, zone: DateTime.TimeZone): string => {
  const { hour, millisecond, minute, second } = parts(at, zone)
  return `${padded(hour)}:${padded(minute)}:${padded(second)}.${padded(millisecond, 3)}`
}

/**
 * `YYYYMMDDhhmmsscc`: TIME of SEMI E5 in 16 characters.
 *
 * @since 0.1.0
 */
export const secsTime = (at: number, zone: DateTime.TimeZone): string => {
  const { day, hour, millisecond, minute, month, second, year } = parts(at, zone)
  return [padded(year, 4), month, day, hour, minute, second, Math.floor(millisecond / 10)]
    .map((part) => (typeof part === "string" ? part : padded(part)))
    .join("")
}
