/**
 * What peers send otherwise than a structure says, and lenient reading takes: one table. Pure.
 *
 * @since 0.1.0
 */
import { formatPath } from "./StructureError.ts"

/**
 * Every tolerated deviation, with what it is and what its value becomes.
 *
 * @since 0.1.0
 */
export const deviations = {
  OtherNumberFormat:
    "a number in another format (U1 for U4, B for U1, BOOLEAN for a code of one byte): the same number",
  TextForNumber: "a decimal number as text: the number",
  NumberForText: "a number where a text should be: its decimal digits",
  OtherTextFormat: "text in another format (J or C2 for A, A for B): the same characters or bytes",
  EmptyForText: "an item of length zero where a text should be, and no number may: the empty text",
  ListOfOne: "a list of one item where the item should be: that item",
  PackedForList: "values in one item where a list of items should be: as if each were an item",
  ListForPacked: "a list of items where one item of values should be: as if they were its values",
  MissingTail: "a list that ends early: empty texts, empty lists; a missing number is an error all the same",
  EmptyListForStructure: "an empty list where a list with members should be: as MissingTail",
  ExtraMembers: "a list with more elements than it has members, which are as they should be: the rest is left out",
  OtherLength: "a text, vector or list outside its length limits: as it is",
  OtherItemFormat: "an item of a format that is not among those of a free value: as it is",
  HeaderOnly: "a header only where an empty list would do: as if it were one",
  UnexpectedItem: "an item where a header only should be: it is left out"
} as const

/**
 * The name of a row of the table.
 *
 * @since 0.1.0
 */
export type Kind = keyof typeof deviations

/**
 * One deviation that was met and taken.
 *
 * @since 0.1.0
 */
export interface Deviation {
  readonly kind: Kind
  /** `S6F11`; `undefined` where an item was read by itself. */
  readonly subject: string | undefined
  /** The way to it, by the names of the structure. */
  readonly path: ReadonlyArray<string | number>
  readonly expected: string
  readonly seen: string
}

/**
 * Two deviations with the same key are the same habit of a peer: indexes of lists do not count.
 *
 * @since 0.1.0
 */
export const key = (deviation: Deviation): string =>
  [
    deviation.subject ?? "",
    deviation.path.filter((step) => typeof step === "string").join("."),
    deviation.kind,
    deviation.expected,
    deviation.seen.replace(/^<(\w+).*$/s, "$1")
  ].join(" ")

/**
 * One line for a log: `S6F11 dataid: OtherNumberFormat, expected U4, got <U1 7>`.
 *
 * @since 0.1.0
 */
export const describe = (deviation: Deviation): string => {
  const subject = deviation.subject === undefined ? "" : `${deviation.subject} `
  const { expected, kind, path, seen } = deviation
  return `${subject}${formatPath(path)}: ${kind}, expected ${expected}, got ${seen}`
}
