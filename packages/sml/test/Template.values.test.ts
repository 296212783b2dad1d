/**
 * Single values out of those that a match found.
 */
import { Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import type * as Result from "effect/Result"
import * as Template from "../src/Template.ts"
import { failure, success } from "./support/expect.ts"

const { A, BOOLEAN, F4, L, U1, U4, U8 } = Item

const slot = (name: string, ...formats: ReadonlyArray<Item.Item["_tag"]>) => Template.slot({ name, formats })

const template = Template.make(
  Template.list(
    slot("CEID", "U4"),
    slot("NAME", "A"),
    slot("OK", "BOOLEAN"),
    slot("BIG", "U8"),
    slot("TEMPS", "F4"),
    Template.repeat([slot("RPTID", "U4"), Template.repeat([Template.slot({ name: "V", formats: Template.anyFormat })])])
  )
)

const values = success(
  Template.match(
    template,
    L(U4(100), A("LOT"), BOOLEAN(true), U8(2n ** 60n), F4(1, 2.5), L(U4(1), L(A("x"), U1(7)), U4(2), L(L(U8(3n)))))
  )
)

describe("values of a match", () => {
  it("are read by key and place, as what they are taken for", () => {
    assert.strictEqual(success(Template.number(values, "CEID")), 100)
    assert.strictEqual(success(Template.bigint(values, "CEID")), 100n)
    assert.strictEqual(success(Template.text(values, "NAME")), "LOT")
    assert.strictEqual(success(Template.boolean(values, "OK")), true)
    assert.strictEqual(success(Template.bigint(values, "BIG")), 2n ** 60n)
    assert.strictEqual(success(Template.number(values, "TEMPS", 1)), 2.5)
    assert.strictEqual(success(Template.count(values, "TEMPS")), 2)
    assert.strictEqual(success(Template.count(values, "RPTID")), 2)
    assert.strictEqual(success(Template.number(values, "RPTID", 1)), 2)
    assert.strictEqual(success(Template.count(values, "V", 0)), 2)
    assert.strictEqual(success(Template.text(values, "V", 0, 0)), "x")
    assert.strictEqual(success(Template.number(values, "V", 0, 1)), 7)
    assert.deepStrictEqual(success(Template.item(values, "V", 1, 0)), L(U8(3n)))
  })

  it("read the one value of an array", () => {
    const given = { N: [5], T: Uint8Array.of(9), B: [true], I: [3n] }
    assert.strictEqual(success(Template.number(given, "N")), 5)
    assert.strictEqual(success(Template.number(given, "T")), 9)
    assert.strictEqual(success(Template.boolean(given, "B")), true)
    assert.strictEqual(success(Template.number(given, "I")), 3)
  })

  it.each<readonly [Result.Result<unknown, { readonly message: string }>, string]>([
    [Template.number(values, "NAME"), 'slot NAME: expected a number, seen "LOT"'],
    [Template.number(values, "BIG"), "slot BIG: expected a number, seen 1152921504606846976"],
    [Template.number(values, "TEMPS"), "slot TEMPS: expected a number, seen a typed array"],
    [Template.text(values, "CEID"), "slot CEID: expected text, seen 100"],
    [Template.boolean(values, "CEID"), "slot CEID: expected true or false, seen 100"],
    [Template.bigint({ X: 1.5 }, "X"), "slot X: expected an integer, seen 1.5"],
    [Template.item(values, "CEID"), "slot CEID: expected an item, seen 100"],
    [Template.count(values, "CEID"), "slot CEID: expected an array, seen 100"],
    [Template.number(values, "RPTID", 2), "slot RPTID: expected an array with a value at 2, seen an array of 2"],
    [Template.number(values, "CEID", 0), "slot CEID: expected an array, seen 100"],
    [Template.text(values, "V", 0, 1), "slot V[0][1]: expected text, seen <U1 7>"],
    [Template.number({ X: undefined }, "X"), "slot X: expected a number, seen undefined"],
    [Template.number({ A: 1, B: 2 }, "C"), "slot C: expected a value of this name, seen values of A, B"],
    [Template.number({}, "toString"), "slot toString: expected a value of this name, seen no values"]
  ])("are refused with the key, the place and what is there: %#", (result, message) => {
    assert.strictEqual(failure(result).message, message)
  })
})
