/**
 * The generated files of the package: path from the root, and what each must say.
 */
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { format, type FormatOptions } from "oxfmt"
import { dataItemsSource } from "./DataItemsSource.ts"
import {
  alternatesSource,
  catalogueSource,
  conversationsSource,
  indexSource,
  partsSource,
  streamSource
} from "./StreamSource.ts"
import { streams } from "./Table.ts"

export const root = fileURLToPath(new URL("../../../", import.meta.url))

export interface File {
  readonly path: string
  readonly text: string
}

const style = JSON.parse(readFileSync(`${root}.oxfmtrc.json`, "utf8")) as FormatOptions

const formatted = async (path: string, text: string): Promise<File> => {
  const { printWidth, semi, trailingComma } = style
  const { code, errors } = await format(path, text, { printWidth, semi, trailingComma } as FormatOptions)
  if (errors.length > 0) throw new Error(`${path}: ${errors.map((error) => error.message).join(", ")}`)
  return { path, text: code }
}

/** The sources. */
export const sources = (): Promise<ReadonlyArray<File>> =>
  Promise.all(
    Object.entries({
      "index.ts": indexSource(),
      "Alternates.ts": alternatesSource(),
      "Catalogue.ts": catalogueSource(),
      "Conversations.ts": conversationsSource(),
      "DataItems.ts": dataItemsSource(),
      "Parts.ts": partsSource(),
      ...Object.fromEntries(streams.map((stream) => [`S${stream}.ts`, streamSource(stream)]))
    }).map(([name, text]) => formatted(`packages/messages/src/${name}`, text))
  )

/** The pages, which are made with the sources and so come after them. */
export const pages = async (): Promise<ReadonlyArray<File>> => {
  const [{ registry }, Pages] = await Promise.all([import("../src/Catalogue.ts"), import("./Pages.ts")])
  return Object.entries(Pages.pages(registry)).map(([name, text]) => ({ path: `docs/catalogue/${name}`, text }))
}

export const isStale = ({ path, text }: File): boolean =>
  !existsSync(root + path) || readFileSync(root + path, "utf8") !== text
