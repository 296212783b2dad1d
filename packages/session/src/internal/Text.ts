/**
 * What the lines of errors and events have in common. Pure.
 */
import * as Duration from "effect/Duration"

/** A duration to the millisecond: `45s`, `0.25s`. */
export const seconds = (duration: Duration.Duration): string => `${Math.round(Duration.toMillis(duration)) / 1000}s`

const rejections: { readonly [reason: number]: string } = {
  1: "SType not supported",
  2: "PType not supported",
  3: "transaction not open",
  4: "entity not selected"
}

/** A reason of Reject.req: `entity not selected (reason 4)`. */
export const rejection = (reason: number): string => `${rejections[reason] ?? "a reason of its own"} (reason ${reason})`

/** Text of a peer, as it may stand in a log: what would begin a line of its own, steer a terminal or turn the
 * line around is written out. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    let out = ""
    for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`
    return out
  })
