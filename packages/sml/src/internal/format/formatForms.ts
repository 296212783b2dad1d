/**
 * How the formatter writes in each dialect.
 */
import type { Dialect, DialectName } from "../../Dialect.ts"
import * as Preset from "../../Preset.ts"

export interface Forms {
  /** For text that is written in double quotes, and whatever is no text. */
  readonly double: Preset.Preset
  /** For text that is written in single quotes. */
  readonly single: Preset.Preset
}

const inSingleQuotes = (form: Preset.TextForm): Preset.TextForm => ({ ...form, quotes: "'\"", without: "'\\" })

const { A, J } = Preset.canonical

/** What reads files of templates and scripts is not known, so that each text keeps the quotes it has. */
const asWritten: Forms = {
  double: Preset.canonical,
  single: { ...Preset.canonical, A: inSingleQuotes(A), J: J && inSingleQuotes(J) }
}

const of = (preset: Preset.Preset): Forms => ({ double: preset, single: preset })

const forms: { readonly [Name in DialectName]: Forms } = {
  peer: of(Preset.canonical),
  secs4net: of(Preset.secs4net),
  "go-secs": of(Preset.goSecs),
  secs4java8: of(Preset.secs4java8),
  secsgem: of(Preset.secsgem),
  secs4js: of(Preset.secs4js),
  secs4go: of(Preset.secs4go),
  pfile: asWritten,
  ezsim: asWritten,
  itri: asWritten,
  log: of(Preset.canonical)
}

export const formsOf = ({ name }: Dialect): Forms => forms[name]
