/**
 * `docs/conformance.md`: every requirement, where it is proved and by which tests. Pure.
 *
 * @since 0.1.0
 */
import type { Citation, Run } from "./coverage.ts"
import type { Proof, Requirement } from "./requirements.ts"

const escape = (text: string): string => text.replaceAll(/[|<>*_[\]\\]/g, (special) => `\\${special}`)

const groupBy = <A>(all: ReadonlyArray<A>, key: (one: A) => string): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const one of all) {
    const group = groups.get(key(one))
    if (group === undefined) groups.set(key(one), [one])
    else group.push(one)
  }
  return groups
}

const topic = ({ source }: Requirement): string => source.replace(/^SEMI [^,]+, /, "").replace(" (our choice)", "")

const title = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** `packages/session/test/X.test.ts` is `session/X`, a scenario file `scenarios/x`. */
const name = (path: string): string =>
  path
    .replace(/^packages\//, "")
    .replace(/^conformance\/(?=scenarios\/)/, "")
    .replace("/test/", "/")
    .replace(/(\.test)?\.ts$/, "")

const link = (path: string): string => `[${name(path)}](../${path})`

/** What a reader finds in the three columns of places, where a requirement is proved. */
const places = (proof: Proof): readonly [over: string, mode: string, role: string] => {
  switch (proof.by) {
    case "wire":
      return [proof.transports.join(", "), proof.modes.join(", "), proof.roles.join(", ")]
    case "codec":
      return ["*bytes*", "–", "–"]
    case "table":
      return ["*state table*", "both", "–"]
    case "session":
      return ["*session alone*", "–", "–"]
    case "socket":
      return ["TCP", "both", "–"]
    case "overruled":
      return ["–", "–", "–"]
  }
}

interface Proved extends Requirement {
  /** Scenarios and tests that cite it, each once, scenarios first. */
  readonly tests: ReadonlyArray<Citation>
  /** Why it is known to fail. */
  readonly fails: string | undefined
}

const proof = ({ fails, proof, tests }: Proved): string => {
  if (proof.by === "overruled") return `Not used in HSMS-SS: \`${proof.id}\``
  const links = [...new Set(tests.map(({ path }) => link(path)))].join(", ")
  return fails === undefined ? links : `**Known to fail**: ${escape(fails)} ${links}`
}

const row = (one: Proved): string => {
  const ours = one.source.endsWith("(our choice)") ? " *Our choice.*" : ""
  return `| \`${one.id}\` | ${escape(one.sentence)}${ours} | ${[proof(one), ...places(one.proof)].join(" | ")} |`
}

/** The tests of one requirement by title. */
const titles = ({ id, tests }: Proved): ReadonlyArray<string> =>
  tests.length === 0
    ? []
    : [
        `- \`${id}\``,
        ...[...groupBy(tests, ({ path }) => path)].flatMap(([path, ones]) => [
          `  - ${link(path)}`,
          ...new Set(ones.map((one) => `    - ${escape(one.title)}`))
        ])
      ]

const totals = (all: ReadonlyArray<Proved>): ReadonlyArray<string> => {
  const line = (label: string, ones: ReadonlyArray<Proved>) => {
    const count = (...by: ReadonlyArray<Proof["by"]>) => ones.filter(({ proof }) => by.includes(proof.by)).length
    const counts = [count("wire"), count("codec"), count("table", "session", "socket"), count("overruled")]
    return `| ${[label, ones.length, ...counts, ones.filter(({ fails }) => fails !== undefined).length].join(" | ")} |`
  }
  return [
    "| Standard | Requirements | On the wire | In bytes | In the session | Not used | Known to fail |",
    "| --- | --: | --: | --: | --: | --: | --: |",
    ...[...groupBy(all, ({ standard }) => standard)].map(([standard, ones]) => line(`SEMI ${standard}`, ones)),
    line("All", all)
  ]
}

const section = (standard: string, about: string, ones: ReadonlyArray<Proved>): ReadonlyArray<string> => [
  `### ${title(about)}${standard === "E37" ? "" : `, ${standard}`}`,
  "",
  "| Id | Requirement | Proved in | Over | Connect mode | Role |",
  "| --- | --- | --- | --- | --- | --- |",
  ...ones.map(row),
  "",
  "<details><summary>The tests, by title</summary>",
  "",
  ...ones.flatMap(titles),
  "",
  "</details>",
  ""
]

/**
 * @since 0.1.0
 */
export const report = (
  requirements: ReadonlyArray<Requirement>,
  cited: ReadonlyArray<Citation>,
  runs: ReadonlyArray<Run>,
  expected: Readonly<Record<string, string>>
): string => {
  const byId = groupBy([...runs, ...cited], ({ id }) => id)
  const all = requirements.map((one): Proved => ({ ...one, tests: byId.get(one.id) ?? [], fails: expected[one.id] }))
  const scenarios = new Set(runs.map(({ path, title }) => `${path}: ${title}`))
  const conversations = new Set(runs.map((one) => [one.path, one.title, one.transport, one.mode, one.role].join()))
  return [
    "<!-- Printed by `pnpm docs:write`. Do not edit. -->",
    "",
    "# Conformance",
    "",
    "What SEMI E37 (HSMS) and E37.1 (HSMS-SS) ask, and what a session does of SEMI E5, in our words, with the tests that",
    `prove it here. What a peer can see is proved on the wire: ${scenarios.size} scenarios, which are conversations with a peer that`,
    `speaks bytes, run in ${conversations.size} combinations: over memory in virtual time and over TCP on loopback, with our session as`,
    "the active and as the passive side, as host and as equipment.",
    "",
    "- *Over*, *Connect mode*, *Role*: where a requirement applies. Its scenarios run in every combination of the three, with",
    "  our session in that mode and role.",
    "- *bytes*: proved by the codec alone. *state table*: by the cells of the [table](state-machines/hsms-active.md) that the",
    "  session runs. *session alone*: in virtual time, for what no peer could tell or what takes more time or memory than a",
    "  conversation has.",
    '- *Our choice*: what the standard leaves open, or what implementations read differently. "On request": by an option.',
    "- *Not used*: allowed by E37, forbidden by E37.1, which the session follows.",
    "",
    "The list is in [requirements.ts](../packages/conformance/src/requirements.ts). The tests fail on a requirement that is not",
    "proved wherever it applies, on a test that cites an unknown one, and on an",
    "[expected failure](../packages/conformance/src/expected-failures.ts) that passes.",
    "",
    ...totals(all),
    "",
    ...[...groupBy(all, ({ standard }) => standard)].flatMap(([standard, ofStandard]) => [
      `## SEMI ${standard}`,
      "",
      ...[...groupBy(ofStandard, topic)].flatMap(([about, ones]) => section(standard, about, ones))
    ])
  ].join("\n")
}
