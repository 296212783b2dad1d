import { describe, expect, it } from "@effect/vitest"
import type * as Item from "../src/Item.ts"
import { A, B, BOOLEAN, C2, L, U1, U2, U4 } from "../src/Item.ts"
import * as QuirkObserver from "../src/QuirkObserver.ts"
import * as QuirkProfile from "../src/QuirkProfile.ts"
import * as Registry from "../src/Registry.ts"
import { SecsMessage } from "../src/SecsMessage.ts"
import * as StreamFunction from "../src/StreamFunction.ts"
import * as Structure from "../src/Structure.ts"
import * as TextEncoding from "../src/TextEncoding.ts"
import { success } from "./support/expect.ts"

const CEID = Structure.value(["U4", "U1", "U2", "U8", "A"], { name: "CEID" })
const event = Structure.list({
  dataid: Structure.value(["U4", "U2"], { name: "DATAID" }),
  ceid: CEID,
  text: Structure.text({ name: "TEXT" })
})
const S64F2 = StreamFunction.secondary({
  stream: 64,
  function: 2,
  name: "Ack",
  structure: Structure.value("B", { name: "ACK" })
})
const S64F1 = StreamFunction.primary({ stream: 64, function: 1, name: "Event", structure: event, reply: S64F2 })
const registry = Registry.make([S64F1])

const observe = (
  ...messages: ReadonlyArray<readonly [stream: number, function_: number, w: boolean, item: Item.Item]>
) => {
  const observer = QuirkObserver.make(registry)
  for (const [stream, function_, w, item] of messages) observer.see(new SecsMessage(stream, function_, w, item))
  return observer.result("ACME")
}

describe("QuirkObserver", () => {
  it("finds nothing in messages by the letter", () => {
    const found = observe([64, 1, true, L(U4(1), U4(2), A("x"))], [64, 2, false, B(0)], [99, 1, true, L()])
    expect(found).toEqual({ profile: { name: "ACME" }, notes: [], messages: 3, defined: 2 })
  })

  it("names the format an item always has, where the definition writes another or does not know it", () => {
    const found = observe(
      [64, 1, true, L(U2(1), A("7"), A("x"))],
      [64, 1, true, L(U2(2), A("8"), A("y"))],
      [64, 2, false, U1(0)]
    )
    expect(found.profile).toEqual({
      name: "ACME",
      items: { ACK: { format: "U1" }, CEID: { format: "A" }, DATAID: { format: "U2" } }
    })
    expect(found.notes).toEqual([
      "ACK is U1: U1 1 time (first in S64F2); the standard has B",
      "CEID is A: A 2 times (first in S64F1); the standard has U4, U1, U2, U8, A",
      "DATAID is U2: U2 2 times (first in S64F1); the standard has U4, U2"
    ])
  })

  it("leaves out what varies, and says so", () => {
    const found = observe([64, 1, true, L(U4(1), U1(7), A("x"))], [64, 1, false, L(U4(2), U2(8), A("y"))])
    expect(found.profile).toEqual({ name: "ACME" })
    expect(found.notes).toEqual([
      "CEID varies, so it is left as it is: U1 1 time (first in S64F1), U2 1 time (first in S64F1)",
      "S64F1 varies: 1 with W, 1 without"
    ])
  })

  it("leaves out formats in which nothing could be sent, and says so", () => {
    const found = observe([64, 1, true, L(BOOLEAN(true), U4(1), C2(2, "x"))])
    expect(found.profile).toEqual({ name: "ACME" })
    expect(found.notes).toEqual([
      "DATAID cannot be sent as BOOLEAN, so it is left as it is: BOOLEAN 1 time (first in S64F1)",
      "TEXT cannot be sent as C2, so it is left as it is: C2 1 time (first in S64F1)",
      "S64F1 has another structure, 1 time: S64F1 dataid: expected U4 or U2, got <BOOLEAN T>"
    ])
  })

  it("takes a name where a number could stand for no quirk", () => {
    expect(observe([64, 1, true, L(U4(1), A("START"), A("x"))]).profile).toEqual({ name: "ACME" })
  })

  it("finds a primary without its W-bit, another structure, and foreign text", () => {
    const found = observe(
      [64, 1, false, L(U4(1), U4(2))],
      [64, 1, false, L(U4(1), U4(2), A("\xe9"))],
      [64, 1, false, A("x")]
    )
    expect(found.profile).toEqual({ name: "ACME", messages: { S64F1: { replyExpected: false } } })
    expect(found.notes).toEqual([
      "S64F1 without W: 3 times; the standard requires a reply",
      'S64F1 has another structure, 1 time: S64F1 the body: expected L, got <A "x">',
      '1 text with bytes above 7F: none of utf-8, shift_jis, gbk, big5, euc-kr fits, name the encoding in "text"'
    ])
  })

  describe("of text with bytes above 7F", () => {
    const spoken = (name: string, ...texts: ReadonlyArray<string>) =>
      observe(
        ...texts.map(
          (text) =>
            [99, 1, false, L(A("x"), A(success(TextEncoding.encodeA(success(TextEncoding.make(name)), text))))] as const
        )
      )

    it("names UTF-8 where all of it is that, whatever else it could be", () => {
      const found = spoken("utf-8", "晶圆", "温度")
      expect(found.profile.text).toBe("utf-8")
      expect(found.notes).toEqual(["text is utf-8: 2 texts with bytes above 7F, which fit"])
    })

    it("names the one encoding of the field that fits", () => {
      expect(spoken("shift_jis", "ｳｪﾊ", "ウェハ").profile.text).toBe("shift_jis")
    })

    it("leaves the choice between several to people, and says which", () => {
      const found = spoken("gbk", "晶圆", "温度")
      expect(found.profile.text).toBe(undefined)
      expect(found.notes.length).toBe(1)
      expect(found.notes[0]).toMatch(
        /^2 texts with bytes above 7F: any of .*\bgbk\b.* may be meant, name the encoding in "text"$/
      )
    })

    it("looks at texts in lists of any depth", () => {
      let item: Item.Item = A("\xe6\xb8\xa9")
      for (let depth = 0; depth < 100_000; depth++) item = L(item)
      expect(observe([99, 1, false, item]).profile.text).toBe("utf-8")
    })
  })

  it("gives a profile under which the same messages are read without a deviation", () => {
    const messages = [new SecsMessage(64, 1, false, L(U2(1), A("7"), A("x")))]
    const observer = QuirkObserver.make(registry)
    for (const message of messages) observer.see(message)
    const profile = QuirkProfile.compile(observer.result().profile, () => {
      throw new Error("no encoding is named")
    })
    const deviations: Array<unknown> = []
    const read = StreamFunction.fromMessage(S64F1, messages[0]!, {
      profile,
      mode: "lenient",
      onDeviation: (deviation) => deviations.push(deviation)
    })
    expect(success(read)).toEqual({ dataid: 1, ceid: 7, text: "x" })
    expect(deviations).toEqual([])
    expect(StreamFunction.replyExpected(S64F1, profile)).toBe(false)
  })
})
