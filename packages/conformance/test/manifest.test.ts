import { assert, describe, it } from "@effect/vitest"
import { audit, citations } from "../src/coverage.ts"
import { testFiles } from "../src/documents.ts"
import { type Requirement, requirements } from "../src/requirements.ts"

const clean = {
  illFormed: [],
  duplicate: [],
  misfiled: [],
  badSource: [],
  badSentence: [],
  uncited: [],
  missingYetCited: [],
  unknown: []
}

const one: Requirement = {
  id: "e37/select/once",
  standard: "E37",
  sentence: "It is selected once.",
  source: "SEMI E37, Select procedure"
}

const cited = (...ids: ReadonlyArray<string>) => ids.map((id) => ({ id, path: "a.test.ts", title: "selects" }))

describe("the requirement manifest", () => {
  it("is well formed, and every requirement is proved by a test or says why it is missing", () => {
    assert.isAbove(testFiles.length, 0)
    assert.isAbove(requirements.length, 0)
    assert.deepStrictEqual(audit(requirements, citations(testFiles)), clean)
  })

  it("covers both standards", () => {
    assert.sameMembers([...new Set(requirements.map(({ standard }) => standard))], ["E37", "E37.1"])
  })
})

describe("the audit", () => {
  it("finds nothing where each requirement is cited or missing", () => {
    assert.deepStrictEqual(audit([one], cited(one.id, one.id)), clean)
    assert.deepStrictEqual(audit([{ ...one, missing: "not built" }], []), clean)
  })

  it("finds a requirement that nobody cites, and one that is missing yet cited", () => {
    assert.deepStrictEqual(audit([one], []), { ...clean, uncited: [one.id] })
    assert.deepStrictEqual(audit([{ ...one, missing: "not built" }], cited(one.id)), {
      ...clean,
      missingYetCited: [one.id]
    })
  })

  it("finds a citation of no requirement", () => {
    assert.deepStrictEqual(audit([one], cited(one.id, "e37/select/twice")), {
      ...clean,
      unknown: ["a.test.ts: e37/select/twice"]
    })
  })

  it("finds an id that stands twice, that is ill formed, or that is under the wrong standard", () => {
    assert.deepStrictEqual(audit([one, one], cited(one.id)).duplicate, [one.id])
    for (const id of [
      "e37/select",
      "e37/Select/once",
      "e37/select/once/more",
      "e37/select/",
      "e37/a_b/c",
      "e37/a/b-"
    ]) {
      assert.deepStrictEqual(audit([{ ...one, id }], cited(id)).illFormed, [id])
    }
    assert.deepStrictEqual(audit([{ ...one, id: "e371/select/once" }], cited("e371/select/once")).misfiled, [
      "e371/select/once"
    ])
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
      assert.deepStrictEqual(audit([{ ...one, source }], cited(one.id)), { ...clean, badSource: [one.id] }, source)
    }
  })

  it("finds what is not one sentence", () => {
    for (const sentence of ["", "No full stop", "two sentences. Here.", "Two sentences. Here.", "It is selected.."]) {
      assert.deepStrictEqual(
        audit([{ ...one, sentence }], cited(one.id)),
        { ...clean, badSentence: [one.id] },
        sentence
      )
    }
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
