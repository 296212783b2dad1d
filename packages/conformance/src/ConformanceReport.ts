/**
 * `docs/conformance.md`: every requirement with the tests that prove it. Pure.
 *
 * @since 0.1.0
 */
import type { Citation } from "./coverage.ts"
import type { Requirement } from "./requirements.ts"

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

/** `packages/session/test/X.test.ts` is `session/test/X` */
const name = (path: string): string => path.replace(/^packages\//, "").replace(/\.test\.ts$/, "")

const proof = (requirement: Requirement, cited: ReadonlyArray<Citation>): string =>
  requirement.missing === undefined
    ? [...groupBy(cited, ({ path }) => path)]
        .map(([path, ones]) => {
          const titles = [...new Set(ones.map((one) => escape(one.title)))]
          return `[${name(path)}](../${path}): ${titles.join("; ")}`
        })
        .join("<br>")
    : `**Missing**: ${escape(requirement.missing)}`

const totals = (all: ReadonlyArray<Requirement>, proved: ReadonlySet<string>): ReadonlyArray<string> => {
  const row = (label: string, ones: ReadonlyArray<Requirement>) => {
    const missing = ones.filter((one) => one.missing !== undefined).length
    const cited = ones.filter(({ id, missing }) => missing === undefined && proved.has(id)).length
    return `| ${label} | ${ones.length} | ${cited} | ${missing} |`
  }
  return [
    "| Standard | Requirements | Proved | Missing |",
    "| --- | --: | --: | --: |",
    ...[...groupBy(all, ({ standard }) => standard)].map(([standard, ones]) => row(`SEMI ${standard}`, ones)),
    row("All", all)
  ]
}

/**
 * @since 0.1.0
 */
export const report = (requirements: ReadonlyArray<Requirement>, cited: ReadonlyArray<Citation>): string => {
  const byId = groupBy(cited, ({ id }) => id)
  return [
    "<!-- Printed by `pnpm docs:write`. Do not edit. -->",
    "",
    "# Conformance",
    "",
    "What SEMI E37 (HSMS) and E37.1 (HSMS-SS) ask, in our words, and the tests that prove it here. A test cites the",
    "requirements it proves at the end of its title; the list is in",
    "[requirements.ts](../packages/conformance/src/requirements.ts). A requirement that is neither cited nor marked as",
    'missing fails the tests. "Our choice" is what the standard leaves open, or what implementations read differently.',
    "",
    ...totals(requirements, new Set(byId.keys())),
    "",
    ...[...groupBy(requirements, ({ standard }) => standard)].flatMap(([standard, ofStandard]) => [
      `## SEMI ${standard}`,
      "",
      ...[...groupBy(ofStandard, topic)].flatMap(([about, ones]) => [
        `### ${title(about)}${standard === "E37.1" ? ", E37.1" : ""}`,
        "",
        "| Id | Requirement | Proved by |",
        "| --- | --- | --- |",
        ...ones.map((one) => {
          const ours = one.source.endsWith("(our choice)") ? " *Our choice.*" : ""
          return `| \`${one.id}\` | ${escape(one.sentence)}${ours} | ${proof(one, byId.get(one.id) ?? [])} |`
        }),
        ""
      ])
    ])
  ].join("\n")
}
