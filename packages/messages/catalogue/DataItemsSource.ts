/**
 * Prints `src/DataItems.ts`.
 */
import { asItem, textForms } from "./names.ts"
import { nameOf } from "./naming.ts"
import { type DataItem, isVector, table, type Value } from "./Table.ts"

/** Lists of formats that many data items have, by the name they have in the file. */
const families: { readonly [name: string]: ReadonlyArray<string> } = {
  unsigned: ["U4", "U2", "U1", "U8"],
  signed: ["I4", "I2", "I1", "I8"],
  integer: ["U4", "U2", "U1", "U8", "I4", "I2", "I1", "I8"],
  identifier: ["U4", "U2", "U1", "U8", "I4", "I2", "I1", "I8", "A"]
}

/** The order in which formats are tried: text is told by its value, and of numbers U4 is what most equipment has. */
const order = ["U4", "U2", "U1", "U8", "I4", "I2", "I1", "I8", "F8", "F4", "A", "C2", "J", "B", "BOOLEAN"]

/** The formats of a data item, the one that is written first of all in front. */
export const formatsOf = (item: DataItem): ReadonlyArray<string> =>
  (item.formats ?? [])
    .map((format) => (format === "W" ? "C2" : format))
    .toSorted((a, b) => order.indexOf(a) - order.indexOf(b))

const quoted = (formats: ReadonlyArray<string>): string => {
  if (formats.length === 1) return `"${formats[0]}"`
  const family = Object.entries(families).find(([, members]) => members.join() === formats.join())
  return family?.[0] ?? `[${formats.map((format) => `"${format}"`).join(", ")}]`
}

/** `true` where the format is the sender's choice and says something, so that a value alone would lose it. */
export const isFree = (item: DataItem): boolean =>
  item.formats === null ||
  asItem.includes(item.name) ||
  (!isEither(item) && (item.formats.includes("L") || (item.formats.includes("BOOLEAN") && item.formats.length > 1)))

/** Data items that are a number or else something that no number is. */
export const isEither = (item: DataItem): boolean => codesOf(item).length > 0 && ["CEPACK", "MF"].includes(item.name)

/** The limits that the length of the table says; words such as "any" say none. */
export const limitsOf = (item: DataItem): { readonly minimum?: number; readonly maximum?: number } => {
  const { length } = item
  const formats = item.formats ?? []
  if (length === null || formats.length === 0) return {}
  const [, least, most] = /^(\d+)\.\.(\d+)$/.exec(length) ?? []
  if (most !== undefined) return { ...(least === "0" ? {} : { minimum: Number(least) }), maximum: Number(most) }
  if (/^\d+$/.test(length) && length !== "1") return { minimum: Number(length), maximum: Number(length) }
  if (length === "6 or 8") return { minimum: 6, maximum: 8 }
  return length.endsWith("up to 32") ? { maximum: 32 } : {}
}

const literal = (value: unknown): string => JSON.stringify(value)

interface Codes {
  readonly name: string | undefined
  readonly value: number | boolean | string
  readonly to: number | undefined
  readonly meaning: string
}

/** The values with a meaning; none for those that are forms of a text. */
export const codesOf = (item: DataItem): ReadonlyArray<Codes> =>
  textForms.includes(item.name)
    ? []
    : (item.values ?? []).map((value: Value) => {
        const [from, to] = (value.range ?? "").split("-").map(Number)
        return {
          name: nameOf(item.name, value),
          value: value.value ?? from!,
          to: value.range === undefined ? undefined : to!,
          meaning: value.meaning
        }
      })

const options = (fields: { readonly [key: string]: string | number | undefined }): string => {
  const parts = Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined) return []
    return key === value ? [key] : [`${key}: ${value}`]
  })
  return `{ ${parts.join(", ")} }`
}

const numbers = new Set(["B", "U1", "U2", "U4", "U8", "I1", "I2", "I4", "I8"])

/** The expression of a data item's structure. */
const expression = (item: DataItem, type: string | undefined): string => {
  const formats = formatsOf(item)
  const name = literal(item.name)
  if (item.formats === null) return `itemOf(undefined, { name: ${name} })`
  const codes = codesOf(item)
  const named = codes.filter((code) => code.name !== undefined)
  const unnamed = codes.filter((code) => code.name === undefined)
  const rest =
    unnamed.length === 0
      ? undefined
      : `[${unnamed
          .map((code) => options({ value: literal(code.value), to: code.to, meaning: literal(code.meaning) }))
          .join(", ")}]`
  const names = `{ ${named
    .map(
      ({ meaning, name, value }) =>
        `${name}: ${meaning === name ? literal(value) : `[${literal(value)}, ${literal(meaning)}]`}`
    )
    .join(", ")} }`
  const structure = (codes: string | undefined): string => {
    if (isEither(item)) {
      const [number, other] =
        item.name === "MF" ? ["B", `text({ name: ${name} })`] : ["U1", `itemOf(["L"], { name: ${name} })`]
      return `either([value("${number}", ${options({ name, codes })}), ${other}])`
    }
    if (isFree(item))
      return `itemOf([${item.formats!.map((format) => literal(format === "W" ? "C2" : format)).join(", ")}], { name: ${name} })`
    const all = options({ name, ...limitsOf(item), codes })
    if (isVector(item)) return `vector(${quoted(formats)}, ${all})`
    if (formats.join() === "A") return `text(${all})`
    if (formats.join() === "B" && item.length !== "1") return `bytes(${all})`
    return `value(${quoted(formats)}, ${all})`
  }
  if (codes.length === 0) return structure(undefined)
  if (named.length === 0) return structure(rest)
  const plain =
    formats.every((format) => numbers.has(format)) &&
    !isVector(item) &&
    !isEither(item) &&
    Object.keys(limitsOf(item)).length === 0
  return plain
    ? `enumeration(${quoted(formats)}, ${names}, ${options({ name, codes: rest })})`
    : `named(${names}, (codes)${type === undefined ? "" : `: ${type}`} => ${structure(rest === undefined ? "codes" : `[...codes, ...${rest}]`)})`
}

export const sentence = (text: string): string => {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}

/** A text cut into lines of a docstring. */
export const wrapped = (text: string, width = 116): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1]
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

export const docstring = (...paragraphs: ReadonlyArray<string | undefined>): string => {
  const texts = paragraphs.filter((paragraph): paragraph is string => paragraph !== undefined)
  const lines = texts.flatMap((text, index) => [...(index === 0 ? [] : [""]), ...wrapped(text)])
  return `/**\n${lines.map((line) => ` *${line === "" ? "" : ` ${line}`}`).join("\n")}\n */`
}

/** What the formats and the length of a data item are, in words. */
export const wordsOfFormats = (item: DataItem): string => {
  if (item.formats === null) return "Format not established"
  const formats = `Format${item.formats.length > 1 ? "s" : ""} ${item.formats.map((f) => (f === "W" ? "C2" : f)).join(", ")}`
  const { length } = item
  if (isVector(item)) return `${formats}; ${/^\d$/.test(length!) ? `${length} values` : "any number of values"}`
  return length === null || !/\d{2}|[02-9]/.test(length) ? formats : `${formats}; length ${length}`
}

const noteOf = (item: DataItem): string | undefined => {
  const forms = textForms.includes(item.name)
    ? [`Forms: ${(item.values ?? []).map(({ meaning, value }) => `${value} (${meaning})`).join(", ")}.`]
    : []
  const text = [...forms, ...(item.notes === undefined ? [] : [sentence(item.notes)])].join(" ")
  return text === "" ? undefined : text
}

/**
 * The type of a data item of several formats, which an editor would show as a type function otherwise; `undefined` where
 * what is inferred reads well.
 */
const typeOf = (item: DataItem): string | undefined => {
  const formats = formatsOf(item)
  if (formats.join() === "BOOLEAN") return "Structure<boolean>"
  if (formats.length < 2 || isFree(item) || isEither(item) || codesOf(item).length > 0) return undefined
  const has = (pattern: RegExp) => formats.some((format) => pattern.test(format))
  const number = [...(has(/^([UI][124]|F[48])$/) ? ["number"] : []), ...(has(/^[UI]8$/) ? ["bigint"] : [])]
  const text = has(/^[AJ]$/) ? ["string"] : []
  if (isVector(item)) return `Structure<${[`ReadonlyArray<${number.join(" | ")}>`, ...text].join(" | ")}>`
  const localized = has(/^C2$/) ? ["Localized"] : []
  // A byte beside U1 alone is a number as well.
  const bytes = has(/^B$/) && formats.some((format) => format !== "B" && format !== "U1") ? ["Uint8Array"] : []
  const types = [...number, ...text, ...localized, ...bytes]
  return types.length > 1 ? `Structure<${types.join(" | ")}>` : undefined
}

const definition = (item: DataItem): string => {
  const type = typeOf(item)
  return [
    docstring(sentence(item.about), `${wordsOfFormats(item)}.`, noteOf(item), "@since 0.1.0"),
    `export const ${item.name}${type === undefined || codesOf(item).length > 0 ? "" : `: ${type}`} = ${expression(item, type)}`
  ].join("\n")
}

export const dataItemsSource = (): string => {
  const body = table.dataItems.map(definition).join("\n\n")
  const used = ["bytes", "either", "enumeration", "itemOf", "text", "value", "vector"].filter((name) =>
    new RegExp(`\\b${name}\\(`).test(body)
  )
  const constants = Object.entries(families)
    .filter(([name]) => new RegExp(`\\b${name}[,)]`).test(body))
    .map(([name, formats]) => `const ${name} = [${formats.map((format) => `"${format}"`).join(", ")}] as const`)
  return `/**
 * The data items of SECS-II: formats, limits, and values with a meaning. Pure.
 *
 * A data item is a structure: use it in the bodies of your own messages. What has values with names offers them as
 * \`codes\`: \`HCACK.codes.CannotPerformNow\`. Other values are taken as well, as the standard leaves room for the
 * equipment's own. A number of several formats is written in the first that holds it, so U4 where that is among them.
 *
 * Generated by \`catalogue/generate.ts\`; change the table there.
 *
 * @see SEMI E5, data item dictionary
 * @since 0.1.0
 */
import type { Localized } from "@effect-secs/codec/Item"
import { ${used.join(", ")}, type Structure } from "@effect-secs/codec/Structure"
import { named } from "./internal/named.ts"

${constants.join("\n")}

${body}
`
}
