/**
 * The one table of the package: what is known of every message and data item, with where it is known from.
 *
 * Sources of types and pages alike; the files in `src` and `docs/catalogue` are printed from it.
 */
import { readFileSync } from "node:fs"

/** A value of a data item, or a range of them, that has a meaning. */
export interface Value {
  readonly value?: number | boolean | string
  /** `2-63` */
  readonly range?: string
  readonly meaning: string
}

export interface DataItem {
  readonly name: string
  readonly about: string
  /** `null` where no source says. */
  readonly formats: ReadonlyArray<string> | null
  readonly length: string | null
  readonly values?: ReadonlyArray<Value>
  readonly formatDisagreement?: { readonly [source: string]: ReadonlyArray<string> }
  readonly sources: ReadonlyArray<string>
  readonly notes?: string
}

export interface Message {
  readonly stream: number
  readonly function: number
  readonly id: string
  readonly name: string
  readonly mnemonic: string | null
  readonly direction: "H->E" | "E->H" | "both"
  readonly replyExpected: "required" | "optional" | "none"
  readonly multiBlock: boolean | null
  readonly multiBlockBasis: string | null
  readonly structure: string
  readonly variants?: ReadonlyArray<{ readonly sender: "host" | "equipment"; readonly structure: string }>
  readonly alternates?: ReadonlyArray<{ readonly seenIn: ReadonlyArray<string>; readonly structure: string }>
  readonly reply?: string
  readonly sources: ReadonlyArray<string>
  readonly implementedBy?: ReadonlyArray<string>
  readonly existenceOnly?: ReadonlyArray<string>
  readonly disagree?: ReadonlyArray<string>
  readonly confidence: "high" | "medium" | "low"
  readonly notes?: string
}

export interface Table {
  readonly status: string
  readonly notation: { readonly [sign: string]: string }
  readonly sourceProjects: { readonly [name: string]: string }
  readonly streamTitles: { readonly [stream: string]: string }
  readonly notCatalogued: ReadonlyArray<string>
  readonly conversationFollowUps: {
    readonly note: string
    readonly map: { readonly [secondary: string]: ReadonlyArray<string> }
  }
  readonly messages: ReadonlyArray<Message>
  readonly dataItems: ReadonlyArray<DataItem>
}

export const table = JSON.parse(readFileSync(new URL("catalogue.json", import.meta.url), "utf8")) as Table

/** The streams that have messages. */
export const streams: ReadonlyArray<number> = [...new Set(table.messages.map((message) => message.stream))].toSorted(
  (a, b) => a - b
)

export const dataItem = (name: string): DataItem => {
  const item = table.dataItems.find((item) => item.name === name)
  if (item === undefined) throw new Error(`the table has no data item ${name}`)
  return item
}

/** `true` for a data item whose values are always several, so that the notation leaves its brackets out. */
export const isVector = (item: DataItem): boolean =>
  item.length === "vector" ||
  item.length === "1 per port" ||
  item.length === "0..n" ||
  (/^[23]$/.test(item.length ?? "") && item.formats?.[0]?.startsWith("I") === true)
