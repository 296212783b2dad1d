import { Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Slots from "../src/talk/Slots.ts"
import { messages } from "./support/pair.ts"

const { A, L, U4 } = Item

const values = (...pairs: ReadonlyArray<string>) => Result.getOrThrow(Slots.parse(pairs))

/** What is sent of the first message of a text. */
const filled = (text: string, ...pairs: ReadonlyArray<string>) => {
  let count = 0
  return Slots.fill(messages(text)[0]!, values(...pairs), { next: () => ++count, time: "2026010203040506" })
}

const item = (text: string, ...pairs: ReadonlyArray<string>) => Result.getOrThrow(filled(text, ...pairs)).item

describe("Slots", () => {
  it("leaves a message without slots as it is", () => {
    const message = Result.getOrThrow(filled("S1F3 W <L <U4 1>>.", "OTHER=1"))
    assert.strictEqual(String(message), "S1F3 W <L [1] <U4 1>>")
  })

  it("takes W for what has to be asked for, not for what may be", () => {
    assert.isTrue(Result.getOrThrow(filled("S1F1 W.")).replyExpected)
    assert.isFalse(Result.getOrThrow(filled("S1F1 [W].")).replyExpected)
  })

  it("fills slots with text as it is, read as the format of the slot has it", () => {
    assert.deepStrictEqual(item("S2F41 W <L <A LOT> <U4 COUNT>>.", "LOT=A=1", "COUNT=25"), L(A("A=1"), U4(25)))
  })

  it("fills a slot with an item, and an open list with an array", () => {
    assert.deepStrictEqual(item("S2F41 W <L <V> = ANY>.", "ANY=<L <U4 7>>"), L(L(U4(7))))
    assert.deepStrictEqual(item("S1F3 W <L[n] <U4 SVID>>.", "SVID=[1, 2, 3]"), L(U4(1), U4(2), U4(3)))
  })

  it("takes a text in quotes for what is in them", () => {
    assert.deepStrictEqual(item("S2F41 W <L <A LOT>>.", 'LOT="[1]"'), L(A("[1]")))
  })

  it("puts in what a simulator puts in: numbers that count, and the time in 12, 14 or 16 digits", () => {
    const text = "S2F33 W <L <U4AUTO [1]> <U4AUTO [1]> <NOW[12]> <NOW[14]> <NOW[16]>>."
    assert.deepStrictEqual(item(text), L(U4(1), U4(2), A("260102030405"), A("20260102030405"), A("2026010203040506")))
  })

  it("fails with the name of a slot that has no value, and of one whose value does not fit", () => {
    const failure = (text: string, ...pairs: ReadonlyArray<string>) =>
      Result.getOrThrow(Result.flip(filled(text, ...pairs))).message
    assert.include(failure("S2F41 W <L <A LOT>>."), "LOT")
    assert.include(failure("S2F41 W <L <U1 COUNT>>.", "COUNT=256"), "COUNT")
  })

  it.each([
    ["X", "--set X: expected NAME=VALUE"],
    ["=1", "--set =1: expected NAME=VALUE"]
  ])("refuses the pair %s", (pair, problem) => {
    assert.deepStrictEqual(Slots.parse([pair]), Result.fail(problem))
  })

  it("refuses a pair whose item is none, with where and why", () => {
    const parsed = Slots.parse(["X=<U1 256>"])
    assert.isTrue(Result.isFailure(parsed) && /^--set X=<U1 256>: .*256/.test(parsed.failure))
  })

  it("takes arrays of items as SML and as JSON, of text without quotes, and of integers that no double holds", () => {
    const any = "S2F41 W <L[n] <V> = SV>."
    const expected = L(U4(1), A("x, >"), L(U4(2)))
    assert.deepStrictEqual(item(any, `SV=[<U4 1>, <A "x, >">,<L <U4 2>> ]`), expected)
    assert.deepStrictEqual(item(any, 'SV=[{"U4":[1]}, {"A":"x, >"}, {"L":[{"U4":[2]}]}]'), expected)
    assert.deepStrictEqual(item("S1F3 W <L[n] <A> = ID>.", 'ID=[A1, B 2,"[3]"]'), L(A("A1"), A("B 2"), A("[3]")))
    const wide = "18446744073709551615"
    assert.deepStrictEqual(item("S1F3 W <L[n] <U8> = N>.", `N=[${wide}]`), L(Item.U8(BigInt(wide))))
    assert.deepStrictEqual(item("S1F3 W <L[n] <L[n] <U1> = N>>.", "N=[[], [1,2]]"), L(L(), L(Item.U1(1), Item.U1(2))))
    assert.deepStrictEqual(item("S2F41 W <V> = ANY.", 'ANY={"U4":[7]}'), U4(7))
  })

  it.each([
    "[",
    "[1",
    "[1,",
    "[1,]",
    "[1]]",
    "[1] 2",
    "[<U4 1]",
    "[<U4 -1>]",
    '[{"U4":[-1]}]',
    '["x]',
    "[,]",
    "[1 [2]]"
  ])("refuses %s, which is no array", (text) => {
    assert.isTrue(Result.isFailure(Slots.parse([`X=${text}`])))
  })

  it.each([
    ["S1F3 W <L[n] <U4 SVID>>.", ["SVID=1001"], "; write --set 'SVID=[1001]'"],
    ["S1F3 W <L[n] <A ID>>.", ["ID=A1"], `; write --set 'ID=["A1"]'`],
    ["S1F3 W <L[n] <A ID>>.", ["ID=it's"], String.raw`; write --set 'ID=["it'\''s"]'`],
    ["S1F3 W <L[n] <V> = SV>.", ["SV=<U4 1>"], "; write --set 'SV=[<U4 1>]'"],
    ["S1F3 W <L[n] <L[n] <U4> = N>>.", ["N=[1]"], "; write --set 'N=[[1]]'"],
    ["S1F3 W <L[n] <U4 SVID>>.", [], "; give it with --set 'SVID=[VALUE]'"],
    [
      "S2F41 W <L <A LOT> <U4 COUNT> <U1 AT> <U1 [1] 3> = OK>.",
      ["AT=1"],
      "; give it with --set LOT=VALUE (as well as COUNT)"
    ],
    ["S2F41 W <A [MAX 16]> = LOT.", ["LOT=1234567890123456789"], ": --set LOT=1234567890123456789 is too long"],
    ["S2F41 W <A [4..8]> = LOT.", ["LOT=abc"], ": --set LOT=abc is too short"],
    ["S2F41 W <U1> = N.", ["N=256"], ", of --set N=256"]
  ])("says what to write for %s with %j", (text, pairs, said) => {
    const [message] = messages(text)
    const error = Result.getOrThrow(Result.flip(filled(text, ...pairs)))
    const explained = Slots.explain(message!, error, values(...pairs), pairs)
    assert.strictEqual(explained, `${error.message}${said}`)
  })

  it("names the values that no message takes", () => {
    const all = messages("S2F41 W <L <A LOT>>. S1F1 W.")
    assert.deepStrictEqual(Slots.unknown(values("LOT=1", "LOST=2"), all), ["LOST"])
  })
})
