import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { allRuns, files } from "../scenarios/index.ts"
import { type Audit, audit, citations, grown, type Run } from "../src/coverage.ts"
import { testFiles } from "../src/documents.ts"
import { expectedFailures } from "../src/expected-failures.ts"
import { read, versions } from "../src/Repository.ts"
import { modes, type Proof, type Requirement, requirements, roles, transports } from "../src/requirements.ts"
import { combinations, judged, runs, scenarios } from "../src/Scenario.ts"

const clean: Audit = {
  illFormed: [],
  duplicate: [],
  misfiled: [],
  badSource: [],
  badSentence: [],
  unproved: [],
  unrun: [],
  notOverruled: [],
  unknown: [],
  badExpectation: [],
  ambiguous: []
}

const one: Requirement = {
  id: "e37/select/once",
  standard: "E37",
  sentence: "It is selected once.",
  source: "SEMI E37, Select procedure",
  proof: { by: "session" }
}

/** The same, to be proved on the wire. */
const onWire: Requirement = { ...one, proof: { by: "wire", transports, modes: ["passive"], roles } }

const place = "packages/session/test/Select.test.ts"

const cited = (...ids: ReadonlyArray<string>) => ids.map((id) => ({ id, path: place, title: "selects" }))

/** A title, made so that the scanner does not take it for one of ours. */
const selects = (...ids: ReadonlyArray<string>) => `selects (${ids.join(", ")})`

const everywhere = scenarios<never>()
const onPassive = scenarios<never>({ modes: ["passive"] })
const ran = (scenario: ReturnType<typeof everywhere>): ReadonlyArray<Run> => runs("a.ts", [scenario])

describe("the requirement manifest", () => {
  it("is well formed, and every requirement is proved wherever it applies", () => {
    assert.isAbove(testFiles.length, 0)
    assert.isAbove(requirements.length, 0)
    assert.deepStrictEqual(audit(requirements, citations(testFiles), allRuns, expectedFailures), clean)
  })

  it("covers the standards it names, over every transport, on both sides and in both roles", () => {
    assert.sameMembers([...new Set(requirements.map(({ standard }) => standard))], ["E37", "E37.1", "E5"])
    const all = combinations({ transports, modes, roles })
    assert.lengthOf(all, 8)
    for (const { mode, role, transport } of all) {
      const here = allRuns.filter((run) => run.mode === mode && run.role === role && run.transport === transport)
      assert.isAbove(here.length, 100)
    }
  })

  it("proves most of itself on the wire", () => {
    const by = (kind: Proof["by"]) => requirements.filter(({ proof }) => proof.by === kind).length
    assert.isAbove(by("wire"), requirements.length * 0.7)
  })

  it("expects no failure that an earlier version of the list did not expect", () => {
    const path = "packages/conformance/src/expected-failures.ts"
    assert.include(versions("packages/conformance/src/requirements.ts")[0], "export const requirements")
    assert.deepStrictEqual(grown(read(path), versions(path)), [])
  })
})

describe("the scenarios", () => {
  it("cite a requirement each, and no two of a file have one title", () => {
    for (const [file, all] of Object.entries(files)) {
      assert.isAbove(all.length, 0, file)
      const titles = all.map(({ title }) => title)
      assert.deepStrictEqual([...new Set(titles)], titles, file)
      for (const { proves, title } of all) assert.isAbove(proves.length, 0, `${file}: ${title}`)
    }
  })
})

describe("the audit", () => {
  it("finds nothing where each requirement is proved where it has to be", () => {
    assert.deepStrictEqual(audit([one], cited(one.id, one.id), [], {}), clean)
    assert.deepStrictEqual(
      audit([onWire], [], ran(onPassive(selects("e37/select/once"), () => Effect.void)), {}),
      clean
    )
    assert.deepStrictEqual(
      audit([onWire], [], ran(everywhere(selects("e37/select/once"), () => Effect.void)), {}),
      clean
    )
  })

  it("finds a requirement that nothing proves", () => {
    assert.deepStrictEqual(audit([one], [], [], {}), { ...clean, unproved: [one.id] })
    assert.deepStrictEqual(audit([onWire], cited(one.id), [], {}).unrun, [
      "e37/select/once: memory, passive, host",
      "e37/select/once: memory, passive, equipment",
      "e37/select/once: TCP, passive, host",
      "e37/select/once: TCP, passive, equipment"
    ])
  })

  it("finds a combination that applies and that no scenario runs", () => {
    const some = ran(onPassive(selects("e37/select/once"), () => Effect.void))
    const missed = some.filter(({ role, transport }) => !(role === "host" && transport === "TCP"))
    assert.deepStrictEqual(audit([onWire], [], missed, {}), {
      ...clean,
      unrun: ["e37/select/once: TCP, passive, host"]
    })
    const proof: Proof = { by: "wire", transports: ["memory"], modes, roles: ["host"] }
    assert.deepStrictEqual(audit([{ ...one, proof }], [], some, {}).unrun, ["e37/select/once: memory, active, host"])
  })

  it("finds a requirement that is proved by a test of another kind only", () => {
    const kinds = {
      codec: "packages/codec/test/Hsms.test.ts",
      table: "packages/session/test/ConnectionState.test.ts",
      session: "packages/session/test/Select.time.test.ts",
      socket: "packages/session/test/NodeTransport.test.ts"
    } as const
    for (const by of ["codec", "table", "session", "socket"] as const) {
      const at = (path: string) => audit([{ ...one, proof: { by } }], [{ id: one.id, path, title: "selects" }], [], {})
      assert.deepStrictEqual(at(kinds[by]), clean, by)
      assert.deepStrictEqual(at("packages/demo/test/demo.test.ts").unproved, [one.id], by)
    }
    const scenario = ran(everywhere(selects("e37/select/once"), () => Effect.void))
    assert.deepStrictEqual(audit([one], [], scenario, {}).unproved, [one.id])
  })

  it("takes for overruled only what a proved requirement of another standard overrules, and what nothing proves", () => {
    const ruler: Requirement = {
      ...one,
      id: "e371/select/once",
      standard: "E37.1",
      source: "SEMI E37.1, Select procedure"
    }
    const overruled: Requirement = { ...one, proof: { by: "overruled", id: ruler.id } }
    assert.deepStrictEqual(audit([overruled, ruler], cited(ruler.id), [], {}), clean)
    assert.deepStrictEqual(audit([overruled, ruler], [], [], {}).notOverruled, [one.id])
    assert.deepStrictEqual(audit([overruled], [], [], {}).notOverruled, [one.id])
    assert.deepStrictEqual(audit([overruled, ruler], cited(ruler.id, one.id), [], {}).notOverruled, [one.id])
    const same: Requirement = { ...one, id: "e37/select/twice" }
    const bySame: Requirement = { ...one, proof: { by: "overruled", id: same.id } }
    assert.deepStrictEqual(audit([bySame, same], cited(same.id), [], {}).notOverruled, [one.id])
  })

  it("finds a citation of no requirement, in a title as in a scenario", () => {
    assert.deepStrictEqual(audit([one], cited(one.id, "e37/select/twice"), [], {}), {
      ...clean,
      unknown: [`${place}: e37/select/twice`]
    })
    const scenario = ran(everywhere(selects("e37/select/twice"), () => Effect.void))
    assert.deepStrictEqual(audit([one], cited(one.id), scenario, {}).unknown, ["a.ts: e37/select/twice"])
  })

  it("finds an expected failure of no requirement on the wire, and one without a reason", () => {
    const scenario = ran(onPassive(selects("e37/select/once"), () => Effect.void))
    assert.deepStrictEqual(audit([onWire], [], scenario, { [one.id]: "not yet" }), clean)
    assert.deepStrictEqual(audit([onWire], [], scenario, { [one.id]: " " }).badExpectation, [one.id])
    assert.deepStrictEqual(audit([one], cited(one.id), [], { [one.id]: "not yet" }).badExpectation, [one.id])
    assert.deepStrictEqual(audit([], [], [], { [one.id]: "not yet" }).badExpectation, [one.id])
  })

  it("wants an expected failure to run all the same, and its scenario to prove nothing else", () => {
    assert.lengthOf(audit([onWire], [], [], { [one.id]: "not yet" }).unrun, 4)
    const other: Requirement = { ...onWire, id: "e37/select/twice" }
    const both = ran(onPassive(selects("e37/select/once", "e37/select/twice"), () => Effect.void))
    assert.deepStrictEqual(audit([onWire, other], [], both, {}), clean)
    assert.deepStrictEqual(audit([onWire, other], [], both, { [one.id]: "not yet" }).ambiguous, ["a.ts: selects"])
  })

  it("finds an id that stands twice, that is ill formed, or that is under the wrong standard", () => {
    assert.deepStrictEqual(audit([one, one], cited(one.id), [], {}).duplicate, [one.id])
    for (const id of [
      "e37/select",
      "e37/Select/once",
      "e37/select/once/more",
      "e37/select/",
      "e37/a_b/c",
      "e37/a/b-",
      "e30/select/once"
    ]) {
      assert.deepStrictEqual(audit([{ ...one, id }], cited(id), [], {}).illFormed, [id])
    }
    for (const id of ["e371/select/once", "e5/select/once"]) {
      assert.deepStrictEqual(audit([{ ...one, id }], cited(id), [], {}).misfiled, [id])
    }
  })

  it("finds a source without topic, of another standard, or with a clause number", () => {
    for (const source of [
      "",
      "SEMI E37",
      "SEMI E37.1, Select procedure",
      "E37, Select procedure",
      "SEMI E37, Select procedure 7.4",
      "SEMI E37, §7",
      "SEMI E37, clause 7",
      "SEMI E37, Section 7 Select"
    ]) {
      assert.deepStrictEqual(
        audit([{ ...one, source }], cited(one.id), [], {}),
        { ...clean, badSource: [one.id] },
        source
      )
    }
  })

  it("finds what is not one sentence", () => {
    for (const sentence of ["", "No full stop", "two sentences. Here.", "Two sentences. Here.", "It is selected.."]) {
      assert.deepStrictEqual(
        audit([{ ...one, sentence }], cited(one.id), [], {}),
        { ...clean, badSentence: [one.id] },
        sentence
      )
    }
  })
})

describe("an expected failure", () => {
  const passes = Effect.void
  const fails = Effect.fail("no answer")
  const dies = Effect.die(new Error("expected 1 to be 2"))

  it.effect("passes its test by failing, in whatever way", () =>
    Effect.gen(function* () {
      yield* judged(fails, "not yet")
      yield* judged(dies, "not yet")
    })
  )

  it.effect("fails its test by passing, which says why it was expected", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(judged(passes, "not yet"))
      assert.isTrue(Exit.isFailure(exit))
      const { message } = Cause.squash((exit as Exit.Failure<void, never>).cause) as Error
      assert.strictEqual(message, "passes, although it is listed as an expected failure: not yet")
    })
  )

  it.effect("is no excuse for another scenario", () =>
    Effect.gen(function* () {
      yield* judged(passes, undefined)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(judged(fails, undefined))))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(judged(dies, undefined))))
    })
  )

  it.effect("does not take a test that was stopped for one that failed", () =>
    Effect.gen(function* () {
      assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(judged(Effect.interrupt, "not yet"))))
    })
  )

  it("can be taken off the list and never be put on it", () => {
    const list = (...ids: ReadonlyArray<string>) =>
      `/** "e37/t7/range" */\nexport const expectedFailures = { ${ids.map((id) => `"${id}": "not yet"`).join()} }`
    const [a, b, c] = ["e37/t3/each", "e37/t5/backoff", "e371/select/first"] as const
    assert.deepStrictEqual(grown(list(a, b), []), [])
    assert.deepStrictEqual(grown(list(a, b), [list(a, b, c)]), [])
    assert.deepStrictEqual(grown(list(), [list(a), list(a, b)]), [])
    assert.deepStrictEqual(grown(list(a, b), [list(a)]), [b])
    // Put back after it was taken off.
    assert.deepStrictEqual(grown(list(a, b), [list(a, b), list(a), list(a, b)]), [b])
    assert.deepStrictEqual(grown(list(a), [list()]), [a])
  })
})

describe("the scanner", () => {
  const scan = (text: string) => citations([["a.test.ts", text]])

  it("reads the ids at the end of a title, one or several", () => {
    assert.deepStrictEqual(scan(`it.effect("does, (so), this (e37/t7/starts)", () => {})`), [
      { id: "e37/t7/starts", path: "a.test.ts", title: "does, (so), this" }
    ])
    assert.deepStrictEqual(
      scan('it.each([1])(`says "%s" (e37/t7/starts, e371/role/independent)`, () => {})').map(({ id }) => id),
      ["e37/t7/starts", "e371/role/independent"]
    )
  })

  it("reads a title with quotes as it is meant", () => {
    assert.deepStrictEqual(
      scan(String.raw`it("says \"no\" (e37/t7/starts)")`).map(({ title }) => title),
      [`says "no"`]
    )
  })

  it("reads the ids of cases in a table under the title they share", () => {
    assert.deepStrictEqual(
      scan(
        'for (const [what, id] of [["a", "e37/t7/starts"], ["b", "e37/t7/stops, e37/t7/range"]]) it(`does ${what} (${id})`); f("e37/t8/range")'
      ),
      ["e37/t7/starts", "e37/t7/stops", "e37/t7/range"].map((id) => ({ id, path: "a.test.ts", title: "does …" }))
    )
  })

  it("puts the title of the suite around a test before its own", () => {
    const text = [
      'it("zero (e37/t7/starts)")',
      'describe("outer", () => {',
      '  it("one (e37/t7/starts)")',
      "  for (const side of sides) {",
      "    describe(`inner ${side}`, () => {",
      '      it.effect("two (e37/t7/starts)")',
      "      it.effect(",
      '        "three (e37/t7/starts)"',
      "      )",
      "    })",
      "  }",
      '  describe.each(sides)("$name", () => {',
      '    it("four (e37/t7/starts)")',
      "  })",
      '  it("five (e37/t7/starts)")',
      "})",
      'it("six (e37/t7/starts)")'
    ].join("\n")
    assert.deepStrictEqual(
      scan(text).map(({ title }) => title),
      ["zero", "outer: one", "inner …: two", "inner …: three", "outer: four", "outer: five", "six"]
    )
  })

  it("gives an ill-formed id, so that it is found to be unknown", () => {
    for (const id of ["E37/t7/starts", "e37/t7", "e37/t7/starts,e37/t7/stops", "e37/t7/starts "]) {
      const [first] = scan(`it("starts (${id})")`)
      assert.strictEqual(first?.id, id)
    }
  })

  it("looks at neither comments nor code nor brackets in the middle", () => {
    assert.deepStrictEqual(scan(`// it("a (e37/t7/starts)")`), [])
    assert.deepStrictEqual(scan(`/** "a (e37/t7/starts)" */`), [])
    assert.deepStrictEqual(scan("(e37/t7/starts)"), [])
    assert.deepStrictEqual(scan('"(e37/t7/starts)"'), [])
    assert.deepStrictEqual(scan(`it("a (e37/t7/starts) b")`), [])
    assert.deepStrictEqual(scan(`it("a (either/or)")`), [])
  })
})
