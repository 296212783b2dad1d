/**
 * What proves which requirement: tests by the titles they have, scenarios by the combinations they run in. Pure: files
 * come in as text.
 *
 * A title cites requirements in brackets at its end: `it("… (e37/select/refused, e37/t5/after-connection)", …)`.
 *
 * @since 0.1.0
 */
import { literals } from "./literals.ts"
import { type Mode, type Proof, type Requirement, type Role, type TransportName } from "./requirements.ts"

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
 * Over what a scenario runs, on which side the session is, and who it is.
 *
 * @since 0.1.0
 */
export interface Combination {
  readonly transport: TransportName
  readonly mode: Mode
  readonly role: Role
}

/**
 * One run of a scenario that proves one requirement.
 *
 * @since 0.1.0
 */
export interface Run extends Citation, Combination {}

/**
 * A file with tests: its path from the root, and its text.
 *
 * @since 0.1.0
 */
export type TestFile = readonly [path: string, text: string]

/** `standard/procedure/case` */
const wellFormed = /^(e37|e371|e5)(\/[a-z0-9]+(-[a-z0-9]+)*){2}$/

/** What stands in brackets at the end of a title and looks like a list of ids, right or wrong. */
const cited = /^([\s\S]*\S)\s+\(((?:[\w.-]+\/)+[^()]*)\)$/

/**
 * A title without the ids at its end, and those.
 *
 * @since 0.1.0
 */
export const citedIn = (title: string): { readonly title: string; readonly ids: ReadonlyArray<string> } | undefined => {
  const match = cited.exec(title)
  return match !== null && /^e(37|5)/i.test(match[2]!) ? { title: match[1]!, ids: match[2]!.split(", ") } : undefined
}

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
      const match = citedIn(literal)
      const title = parameterised.exec(literal)?.[1]
      if (match !== undefined) {
        cite(match.ids, match.title)
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
 * What is wrong with a manifest and with what should prove it. All empty when nothing is.
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
  /** No test of the kind that has to prove it cites it. */
  readonly unproved: ReadonlyArray<string>
  /** No scenario runs it in a combination where it applies: `id: TCP, active, host`. */
  readonly unrun: ReadonlyArray<string>
  /** Said to be overruled, but by nothing that another standard has and that is proved; or proved all the same. */
  readonly notOverruled: ReadonlyArray<string>
  /** Cited, but no requirement: `path: id`. */
  readonly unknown: ReadonlyArray<string>
  /** Expected to fail, but not on the wire, or for no reason. */
  readonly badExpectation: ReadonlyArray<string>
  /** Proves an expected failure and something else, so that its failure would tell nothing: `path: title`. */
  readonly ambiguous: ReadonlyArray<string>
}

const prefix = { E37: "e37/", "E37.1": "e371/", E5: "e5/" } as const

const source = /^SEMI (E37|E37\.1|E5), [A-Z]?[A-Za-z0-9 ,]+( \(our choice\))?$/

const clause = /§|\b\d+(\.\d+)+\b|\b(clause|section|chapter|table)\s+\d/i

/** Where the tests of a kind are. */
const places: Readonly<Record<Exclude<Proof["by"], "wire" | "overruled">, RegExp>> = {
  codec: /^packages\/codec\/test\//,
  table: /^packages\/session\/test\/ConnectionState\.test\.ts$/,
  session: /^packages\/session\/test\//,
  socket: /^packages\/session\/test\/\w+Transport\.test\.ts$/
}

/** A combination as a reader sees it: `TCP, active, host`. */
export const show = ({ mode, role, transport }: Combination): string => `${transport}, ${mode}, ${role}`

const combinations = (proof: Proof): ReadonlyArray<string> =>
  proof.by === "wire"
    ? proof.transports.flatMap((transport) =>
        proof.modes.flatMap((mode) => proof.roles.map((role) => show({ transport, mode, role })))
      )
    : []

/**
 * @param expected Ids of requirements that are known to fail, each with the reason.
 *
 * @since 0.1.0
 */
export const audit = (
  requirements: ReadonlyArray<Requirement>,
  cited: ReadonlyArray<Citation>,
  runs: ReadonlyArray<Run>,
  expected: Readonly<Record<string, string>>
): Audit => {
  const ids = requirements.map(({ id }) => id)
  const known = new Set(ids)
  const ran = new Set(runs.map((run) => `${run.id}: ${show(run)}`))
  const where = (test: (one: Requirement) => boolean) => requirements.filter(test).map(({ id }) => id)
  const proves = (id: string, { by }: Proof): boolean =>
    by === "wire"
      ? runs.some((run) => run.id === id)
      : by !== "overruled" && cited.some((one) => one.id === id && places[by].test(one.path))
  const overrules = (id: string, standard: Requirement["standard"]): boolean =>
    requirements.some((one) => one.id === id && one.standard !== standard && proves(id, one.proof))
  const scenarios = new Map<string, Set<string>>()
  for (const { id, path, title } of runs) {
    const scenario = `${path}: ${title}`
    scenarios.set(scenario, (scenarios.get(scenario) ?? new Set()).add(id))
  }
  return {
    illFormed: where(({ id }) => !wellFormed.test(id)),
    duplicate: ids.filter((id, at) => ids.indexOf(id) !== at),
    misfiled: where(({ id, standard }) => !id.startsWith(prefix[standard])),
    badSource: where(
      (one) =>
        source.exec(one.source)?.[1] !== one.standard || clause.test(one.source.replace(`SEMI ${one.standard}`, ""))
    ),
    badSentence: where(({ sentence }) => !/^[A-Z].*[^.]\.$/.test(sentence) || /[.!?]\s+[A-Z]/.test(sentence)),
    unproved: where(({ id, proof }) => proof.by !== "wire" && proof.by !== "overruled" && !proves(id, proof)),
    unrun: requirements.flatMap(({ id, proof }) =>
      combinations(proof)
        .map((combination) => `${id}: ${combination}`)
        .filter((combination) => !ran.has(combination))
    ),
    notOverruled: where(
      ({ id, proof, standard }) =>
        proof.by === "overruled" && (!overrules(proof.id, standard) || [...cited, ...runs].some((one) => one.id === id))
    ),
    unknown: [...new Set([...cited, ...runs].map(({ id, path }) => `${path}: ${id}`))].filter(
      (one) => !known.has(one.slice(one.indexOf(": ") + 2))
    ),
    badExpectation: Object.entries(expected).flatMap(([id, reason]) =>
      reason.trim() !== "" && requirements.some((one) => one.id === id && one.proof.by === "wire") ? [] : [id]
    ),
    ambiguous: [...scenarios].flatMap(([scenario, proved]) =>
      proved.size > 1 && [...proved].some((id) => expected[id] !== undefined) ? [scenario] : []
    )
  }
}

/**
 * The ids on a list of expected failures that an earlier version of its file does not have. Files come in as text.
 *
 * @since 0.1.0
 */
export const grown = (now: string, earlier: ReadonlyArray<string>): ReadonlyArray<string> => {
  const listed = (text: string) =>
    literals(text)
      .map((literal) => literal.text)
      .filter((text) => wellFormed.test(text))
  const before = earlier.map((text) => new Set(listed(text)))
  return listed(now).filter((id) => before.some((ids) => !ids.has(id)))
}
