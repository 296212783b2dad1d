/**
 * Which test proves which requirement, read from the titles of the tests. Pure: files come in as text.
 *
 * A title cites requirements in brackets at its end: `it("… (e37/select/refused, e37/t5/after-connection)", …)`.
 *
 * @since 0.1.0
 */
import { literals } from "./literals.ts"
import type { Requirement } from "./requirements.ts"

/**
 * One test that cites one requirement.
 *
 * @since 0.1.0
 */
export interface Citation {
  readonly id: string
  /** Path from the root. */
  readonly path: string
  /** The title of the suite around it, if it has one, and that of the test, without the ids. */
  readonly title: string
}

/**
 * A file with tests: its path from the root, and its text.
 *
 * @since 0.1.0
 */
export type TestFile = readonly [path: string, text: string]

/** `standard/procedure/case` */
const wellFormed = /^(e37|e371)(\/[a-z0-9]+(-[a-z0-9]+)*){2}$/

/** What stands in brackets at the end of a title and looks like a list of ids, right or wrong. */
const cited = /^([\s\S]*\S)\s+\(((?:[\w.-]+\/)+[^()]*)\)$/

/** The title of cases that bring their own ids: `"… (${id})"`. */
const parameterised = /^([\s\S]*\S)\s+\(\$\{[\w.]+\}\)$/

/** What stands before the title of a suite. */
const suite = /(?<=(?:^|\n)( *))describe(?:\.\w+)*(?:\([^()]*\))?\(\s*$/

/** A title as a reader sees it; what a table of cases fills in is left out. */
const readable = (title: string): string =>
  title.replaceAll(/\$\{[^}]*\}|%[a-z]|\$\w+/g, "…").replaceAll(/\\(["'`\\])/g, "$1")

/** Spaces before the code of the line at an offset. */
const indentation = (text: string, at: number): number =>
  /^ */.exec(text.slice(text.lastIndexOf("\n", at) + 1))![0].length

/**
 * Everything the titles of some files cite. An id may be wrong: `audit` tells.
 *
 * Cases in a table may name their ids as literals of their own; the title is then the next one that ends with `(${…})`.
 * Suites are told by indentation, which the formatter sees to.
 *
 * @since 0.1.0
 */
export const citations = (files: ReadonlyArray<TestFile>): ReadonlyArray<Citation> =>
  files.flatMap(([path, text]) => {
    const found: Array<Citation> = []
    let suites: ReadonlyArray<{ readonly title: string; readonly indent: number }> = []
    let cases: Array<string> = []
    for (const { at, text: literal } of literals(text)) {
      const within = () => suites.filter(({ indent }) => indent < indentation(text, at))
      const cite = (ids: ReadonlyArray<string>, title: string) => {
        const around = within().findLast((one) => /\w/.test(one.title))
        for (const id of ids) {
          found.push({ id, path, title: `${around === undefined ? "" : `${around.title}: `}${readable(title)}` })
        }
      }
      const begins = suite.exec(text.slice(Math.max(0, at - 200), at))
      const match = cited.exec(literal)
      const title = parameterised.exec(literal)?.[1]
      if (match !== null && /^e37/i.test(match[2]!)) {
        cite(match[2]!.split(", "), match[1]!)
      } else if (title !== undefined) {
        cite(cases, title)
        cases = []
      } else if (begins !== null) {
        suites = [...within(), { title: readable(literal), indent: begins[1]!.length }]
      } else if (literal.split(", ").every((id) => wellFormed.test(id))) {
        cases.push(...literal.split(", "))
      }
    }
    return found
  })

/**
 * What is wrong with a manifest and the tests that cite it. All empty when nothing is.
 *
 * @since 0.1.0
 */
export interface Audit {
  readonly illFormed: ReadonlyArray<string>
  readonly duplicate: ReadonlyArray<string>
  /** The id does not begin with the standard it is listed under. */
  readonly misfiled: ReadonlyArray<string>
  /** A source that is no "SEMI standard, topic", or that names a clause. */
  readonly badSource: ReadonlyArray<string>
  /** Not one sentence. */
  readonly badSentence: ReadonlyArray<string>
  /** Neither cited nor marked as missing. */
  readonly uncited: ReadonlyArray<string>
  readonly missingYetCited: ReadonlyArray<string>
  /** Cited, but no requirement: `path: id`. */
  readonly unknown: ReadonlyArray<string>
}

const prefix = { E37: "e37/", "E37.1": "e371/" } as const

const source = /^SEMI (E37|E37\.1), [A-Z]?[A-Za-z0-9 ,]+( \(our choice\))?$/

const clause = /§|\b\d+(\.\d+)+\b|\b(clause|section|chapter|table)\s+\d/i

/**
 * @since 0.1.0
 */
export const audit = (requirements: ReadonlyArray<Requirement>, cited: ReadonlyArray<Citation>): Audit => {
  const ids = requirements.map(({ id }) => id)
  const known = new Set(ids)
  const proved = new Set(cited.map(({ id }) => id))
  const where = (test: (one: Requirement) => boolean) => requirements.filter(test).map(({ id }) => id)
  return {
    illFormed: where(({ id }) => !wellFormed.test(id)),
    duplicate: ids.filter((id, at) => ids.indexOf(id) !== at),
    misfiled: where(({ id, standard }) => !id.startsWith(prefix[standard])),
    badSource: where(
      (one) =>
        source.exec(one.source)?.[1] !== one.standard || clause.test(one.source.replace(`SEMI ${one.standard}`, ""))
    ),
    badSentence: where(({ sentence }) => !/^[A-Z].*[^.]\.$/.test(sentence) || /[.!?]\s+[A-Z]/.test(sentence)),
    uncited: where(({ id, missing }) => missing === undefined && !proved.has(id)),
    missingYetCited: where(({ id, missing }) => missing !== undefined && proved.has(id)),
    unknown: cited.filter(({ id }) => !known.has(id)).map(({ id, path }) => `${path}: ${id}`)
  }
}
