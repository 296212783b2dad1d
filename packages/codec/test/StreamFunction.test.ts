import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Deviation from "../src/Deviation.ts"
import { A, B, F4, L, U1, U4 } from "../src/Item.ts"
import * as Labels from "../src/Labels.ts"
import * as Layout from "../src/Layout.ts"
import * as QuirkProfile from "../src/QuirkProfile.ts"
import * as Registry from "../src/Registry.ts"
import * as SecsMessage from "../src/SecsMessage.ts"
import * as StreamFunction from "../src/StreamFunction.ts"
import * as Structure from "../src/Structure.ts"
import { failure, sameItem, success } from "./support/expect.ts"

const CEID = Structure.value(["U4", "U1", "U2", "U8", "A"], { name: "CEID" })
const ACKC6 = Structure.enumeration("B", { Accepted: [0, "accepted"] }, { name: "ACKC6" })
const S6F12 = StreamFunction.secondary({ stream: 6, function: 12, name: "Event Report Acknowledge", structure: ACKC6 })
const S6F11 = StreamFunction.primary({
  stream: 6,
  function: 11,
  name: "Event Report Send",
  sender: "equipment",
  structure: Structure.list(
    {
      dataid: Structure.value(["U4", "U1"], { name: "DATAID" }),
      ceid: CEID,
      reports: Structure.listOf(
        Structure.list({
          rptid: Structure.unsigned,
          values: Structure.listOf(Structure.itemOf(undefined, { name: "V" }))
        })
      )
    },
    (dataid, ceid, reports) => ({ dataid, ceid, reports })
  ),
  reply: S6F12
})
const S1F1 = StreamFunction.primary({ stream: 1, function: 1, name: "Are You There", replyRule: "required" })
const Device = Structure.list({ mdln: Structure.text({ name: "MDLN" }), softrev: Structure.text({ name: "SOFTREV" }) })
const S1F2 = StreamFunction.secondary({
  stream: 1,
  function: 2,
  name: "On Line Data",
  structure: { host: Structure.nothing, equipment: Device }
})
const S1F3 = StreamFunction.primary({
  stream: 1,
  function: 3,
  name: "Selected Equipment Status Request",
  structure: Structure.listOf(Structure.unsigned),
  replyRule: "required"
})

describe("StreamFunction", () => {
  it("turns a value into a message with its W-bit, and back", () => {
    const value = { dataid: 1, ceid: 1001, reports: [{ rptid: 10, values: [A("x")] }] }
    const message = success(StreamFunction.toMessage(S6F11, value))
    expect(message.name).toBe("S6F11")
    expect(message.replyExpected).toBe(true)
    sameItem(message.item, L(U4(1), U4(1001), L(L(U4(10), L(A("x"))))))
    expect(success(StreamFunction.fromMessage(S6F11, message))).toEqual(value)
    const bytes = success(StreamFunction.encode(S6F11)(value))
    expect(success(StreamFunction.decode(S6F11)(bytes))).toEqual(value)
  })

  it("names message, path, expected and seen in its errors", () => {
    const wrong = SecsMessage.primary(6, 11, L(U4(1), U4(2), L(L(B(1, 2), L()))))
    expect(failure(StreamFunction.fromMessage(S6F11, wrong)).message).toBe(
      "S6F11 reports[0].rptid: expected U4, U1, U2 or U8, got <B 0x01 0x02>"
    )
    expect(failure(StreamFunction.toMessage(S6F11, { dataid: -1, ceid: 1, reports: [] })).message).toBe(
      "S6F11 dataid: expected an integer from 0 to 4294967295, got -1"
    )
  })

  it("refuses a message of another stream or function", () => {
    expect(failure(StreamFunction.fromMessage(S6F11, SecsMessage.primary(6, 13, L()))).message).toBe(
      "expected S6F11, got S6F13"
    )
  })

  it("refuses bytes that are no item with offset and reason", () => {
    const error = failure(StreamFunction.decode(S6F11)(Uint8Array.of(0x01, 0x03, 0xb1)))
    expect(error.reason._tag).toBe("Malformed")
    expect(error.message).toBe(
      "S6F11 the body: no SECS-II item: Truncated at byte 0, the root item: 3 items declared, 1 bytes left"
    )
  })

  it("reads and writes a header only as undefined", () => {
    const message = success(StreamFunction.toMessage(S1F1, undefined))
    expect([message.item, message.replyExpected]).toEqual([undefined, true])
    expect(success(StreamFunction.fromMessage(S1F1, message))).toBe(undefined)
    expect(success(StreamFunction.decode(S1F1)(new Uint8Array(0)))).toBe(undefined)
    expect(success(StreamFunction.encode(S1F1)(undefined))).toEqual(new Uint8Array(0))
    expect(failure(StreamFunction.toMessage(S1F1, 5 as never)).message).toBe(
      "S1F1 the body: expected no body, as the message is a header only, got number"
    )
  })

  it("refuses an item where a header only should be, and takes it leniently with a word", () => {
    const message = SecsMessage.primary(1, 1, L())
    expect(failure(StreamFunction.fromMessage(S1F1, message)).message).toBe(
      "S1F1 the body: expected a header only, got <L [0]>"
    )
    const seen: Array<Deviation.Deviation> = []
    const options = { mode: "lenient", onDeviation: (d: Deviation.Deviation) => seen.push(d) } as const
    expect(success(StreamFunction.fromMessage(S1F1, message, options))).toBe(undefined)
    expect(seen.map((deviation) => deviation.kind)).toEqual(["UnexpectedItem"])
  })

  it("refuses a header only where an item should be, and takes it for an empty list leniently where that would do", () => {
    const message = SecsMessage.primary(1, 3)
    expect(failure(StreamFunction.fromMessage(S1F3, message)).message).toBe(
      "S1F3 the body: expected L, got a header only"
    )
    const seen: Array<Deviation.Deviation> = []
    const options = { mode: "lenient", onDeviation: (d: Deviation.Deviation) => seen.push(d) } as const
    expect(success(StreamFunction.fromMessage(S1F3, message, options))).toEqual([])
    expect(seen.map((deviation) => deviation.kind)).toEqual(["HeaderOnly"])
    expect(failure(StreamFunction.fromMessage(S6F11, SecsMessage.primary(6, 11), options)).reason._tag).toBe("NoItem")
  })

  it("reads a body that depends on its sender either way, and by the letter where the sender is known", () => {
    const fromHost = SecsMessage.secondary(1, 2, L())
    const fromEquipment = SecsMessage.secondary(1, 2, L(A("M"), A("1")))
    expect(success(StreamFunction.fromMessage(S1F2, fromHost))).toBe(undefined)
    expect(success(StreamFunction.fromMessage(S1F2, fromEquipment))).toEqual({ mdln: "M", softrev: "1" })
    expect(failure(StreamFunction.fromMessage(S1F2, fromHost, { sender: "equipment" })).reason._tag).toBe("WrongLength")
    expect(failure(StreamFunction.fromMessage(S1F2, fromEquipment, { sender: "host" })).reason._tag).toBe("WrongLength")
    sameItem(success(StreamFunction.toMessage(S1F2, undefined)).item, L())
    expect(failure(StreamFunction.toMessage(S1F2, { mdln: "M", softrev: "1" }, { sender: "host" })).message).toBe(
      "S1F2 the body: expected no members, got mdln, softrev"
    )
    expect(failure(StreamFunction.encode(S1F2, { sender: "host" })({ mdln: "M", softrev: "1" })).path).toEqual([])
    sameItem(success(StreamFunction.toMessage(S1F2, { mdln: "M", softrev: "1" })).item, L(A("M"), A("1")))
  })

  it("captures the raw item with the value, or with the error", () => {
    const odd = SecsMessage.primary(6, 11, L(U1(1), U4(2), L()))
    const captured = StreamFunction.capture(S6F11, odd)
    expect(success(captured.body)).toEqual({ dataid: 1, ceid: 2, reports: [] })
    sameItem(captured.item, odd.item)
    const wrong = StreamFunction.capture(S6F11, SecsMessage.primary(6, 11, L(A("x"), U4(2), L())))
    expect(failure(wrong.body).path).toEqual(["dataid"])
    sameItem(wrong.item, L(A("x"), U4(2), L()))
  })

  it("throws for definitions that cannot be", () => {
    expect(() => StreamFunction.primary({ stream: 6, function: 12, name: "x" })).toThrow(
      "S6F12: a primary has an odd function"
    )
    expect(() => StreamFunction.secondary({ stream: 6, function: 11, name: "x" })).toThrow(
      "S6F11: a secondary has an even function"
    )
    expect(() => StreamFunction.primary({ stream: 128, function: 1, name: "x" })).toThrow(
      "S128F1: streams are integers from 1 to 127"
    )
    expect(() => StreamFunction.primary({ stream: 6, function: 13, name: "x", reply: S6F12 })).toThrow("S6F12")
  })

  it("defines user messages in three lines, above stream 64 too", () => {
    const Pong = StreamFunction.secondary({ stream: 100, function: 66, name: "Pong", structure: Structure.A })
    const Ping = StreamFunction.primary({
      stream: 100,
      function: 65,
      name: "Ping",
      structure: Structure.U4,
      reply: Pong
    })
    const message = success(StreamFunction.toMessage(Ping, 7))
    expect(message.toString()).toBe("S100F65 W <U4 7>")
  })
})

describe("QuirkProfile", () => {
  const upper = { decode: (text: string) => text.toUpperCase(), encode: (text: string) => text.toLowerCase() }
  const compile = (profile: QuirkProfile.QuirkProfile) => QuirkProfile.compile(profile, () => upper)
  const event = { dataid: 1, ceid: 1001, reports: [] }

  it("sends and reads a number as the text a peer wants, and the program sees a number", () => {
    const profile = compile({ items: { CEID: { format: "A" } } })
    const message = success(StreamFunction.toMessage(S6F11, event, { profile }))
    sameItem(message.item, L(U4(1), A("1001"), L()))
    expect(success(StreamFunction.fromMessage(S6F11, message, { profile }))).toEqual(event)
    const named = success(StreamFunction.toMessage(S6F11, { ...event, ceid: "START" }, { profile }))
    expect(success(StreamFunction.fromMessage(S6F11, named, { profile }))).toEqual({ ...event, ceid: "START" })
  })

  it("takes what it names without a word, and reports the rest", () => {
    const profile = compile({ items: { DATAID: { format: "A" } } })
    const seen: Array<Deviation.Deviation> = []
    const read = StreamFunction.fromMessage(S6F11, SecsMessage.primary(6, 11, L(A("5"), L(U4(7)), L())), {
      profile,
      mode: "lenient",
      onDeviation: (deviation) => seen.push(deviation)
    })
    expect(success(read)).toEqual({ dataid: 5, ceid: 7, reports: [] })
    expect(seen.map((deviation) => deviation.kind)).toEqual(["ListOfOne"])
  })

  it("refuses to write what the format it names cannot hold", () => {
    const profile = compile({ items: { DATAID: { format: "U1" } } })
    sameItem(success(StreamFunction.toMessage(S6F11, event, { profile })).item, L(U1(1), U4(1001), L()))
    expect(failure(StreamFunction.toMessage(S6F11, { ...event, dataid: 256 }, { profile })).message).toBe(
      "S6F11 dataid: expected an integer from 0 to 255, got 256"
    )
  })

  it("refuses to write in the format it names what the definition does not hold", () => {
    const written = (format: "A" | "F4" | "F8", structure: Structure.Structure<unknown>, value: unknown) => {
      const Mine = StreamFunction.primary({ stream: 64, function: 5, name: "Mine", structure })
      const made = StreamFunction.toMessage(Mine, value, { profile: compile({ items: { X: { format } } }) })
      return Result.isSuccess(made) ? String(made.success.item) : made.failure.message
    }
    const one = Structure.value("U4", { name: "X" })
    const integer = "S64F5 the body: expected an integer from 0 to 4294967295, got -1.5"
    expect(["A", "F8"].map((format) => written(format as "A", one, -1.5))).toEqual([integer, integer])
    expect(written("A", one, "seven")).toBe(integer.replace("-1.5", '"seven"'))
    const float = "S64F5 the body: expected integers that F4 holds exactly, got "
    expect(written("F4", one, 16_777_217)).toBe(`${float}16777217`)
    expect(written("F4", one, 16_777_216)).toBe("<F4 16777216>")
    expect(written("F4", Structure.value("F8", { name: "X" }), 0.1)).toBe("<F4 0.1>")
    const many = Structure.vector("U4", { name: "X" })
    expect(written("F4", many, Uint32Array.of(1, 16_777_217))).toBe(`${float}Uint32Array of 2`)
    expect(written("F4", many, Uint32Array.of(1, 2))).toBe("<F4 1 2>")
  })

  it("writes the codes of a closed enumeration, and no value, in the format it names", () => {
    const Closed = Structure.enumeration("B", { No: 0, Yes: 1 }, { closed: true, name: "X" })
    const structure = Structure.list({ code: Closed, none: Structure.optional(Structure.value("U4", { name: "X" })) })
    const Mine = StreamFunction.primary({ stream: 64, function: 5, name: "Mine", structure })
    const profile = compile({ items: { X: { format: "A" } } })
    const message = success(StreamFunction.toMessage(Mine, { code: 1 }, { profile }))
    sameItem(message.item, L(A("1"), A("")))
    expect(success(StreamFunction.fromMessage(Mine, message, { profile }))).toEqual({ code: 1 })
    expect(failure(StreamFunction.toMessage(Mine, { code: 2 as 1 }, { profile })).message).toBe(
      "S64F5 code: 2 is none of 0 No, 1 Yes"
    )
  })

  it("sends and reads a text as the number a peer wants, where it is one", () => {
    const Mine = StreamFunction.primary({
      stream: 64,
      function: 5,
      name: "Mine",
      structure: Structure.text({ name: "X" })
    })
    const profile = compile({ items: { X: { format: "U4" } } })
    const message = success(StreamFunction.toMessage(Mine, "42", { profile }))
    sameItem(message.item, U4(42))
    expect(success(StreamFunction.fromMessage(Mine, message, { profile }))).toBe("42")
    for (const value of ["042", "-1", "x", 42 as never]) {
      expect(Result.isFailure(StreamFunction.toMessage(Mine, value, { profile }))).toBe(true)
    }
  })

  it("writes a number as the byte a peer wants, and leaves a byte that is a number one whatever its maximum", () => {
    const structure = Structure.list({
      count: Structure.value("U4", { name: "COUNT" }),
      ack: Structure.value("B", { name: "ACK" })
    })
    const Mine = StreamFunction.primary({ stream: 64, function: 5, name: "Mine", structure })
    const profile = compile({ items: { COUNT: { format: "B" }, ACK: { maximum: 4 } } })
    const message = success(StreamFunction.toMessage(Mine, { count: 7, ack: 2 }, { profile }))
    sameItem(message.item, L(B(7), B(2)))
    expect(success(StreamFunction.fromMessage(Mine, message, { profile }))).toEqual({ count: 7, ack: 2 })
    expect(Result.isFailure(StreamFunction.toMessage(Mine, { count: 256, ack: 2 }, { profile }))).toBe(true)
  })

  it("changes an item in one message only, and a W-bit", () => {
    const profile = compile({ messages: { S6F11: { replyExpected: false, items: { CEID: { format: "U1" } } } } })
    const message = success(StreamFunction.toMessage(S6F11, { ...event, ceid: 1 }, { profile }))
    expect(message.replyExpected).toBe(false)
    sameItem(message.item, L(U4(1), U1(1), L()))
  })

  it("reads and writes text in the encoding it names, for all or for one item", () => {
    const all = compile({ text: "any" })
    const written = success(StreamFunction.toMessage(S1F2, { mdln: "AB", softrev: "CD" }, { profile: all }))
    sameItem(written.item, L(A("ab"), A("cd")))
    expect(success(StreamFunction.fromMessage(S1F2, written, { profile: all }))).toEqual({ mdln: "AB", softrev: "CD" })
    const one = compile({ items: { MDLN: { text: "any" } } })
    expect(success(StreamFunction.fromMessage(S1F2, written, { profile: one }))).toEqual({ mdln: "AB", softrev: "cd" })
  })

  it("changes a structure that contains itself, at every level, without a copy for each", () => {
    interface Tree {
      readonly id: number | bigint
      readonly children: ReadonlyArray<Tree>
    }
    const Tree: Structure.Structure<Tree> = Structure.list({
      id: Structure.value(["U4", "U8"], { name: "ID" }),
      children: Structure.listOf(Structure.suspend(() => Tree))
    })
    const S64F3 = StreamFunction.primary({ stream: 64, function: 3, name: "Tree", structure: Tree })
    const profile = compile({ items: { ID: { format: "A" } } })
    const tree = { id: 1, children: [{ id: 2, children: [{ id: 3, children: [] }] }] }
    const message = success(StreamFunction.toMessage(S64F3, tree, { profile }))
    sameItem(message.item, L(A("1"), L(L(A("2"), L(L(A("3"), L()))))))
    expect(success(StreamFunction.fromMessage(S64F3, message, { profile }))).toEqual(tree)
    const inner = (layout: Layout.Layout): Layout.Layout | undefined => {
      const children = layout._tag === "Members" ? layout.members[1]?.layout : undefined
      return children?._tag === "Elements" && children.element._tag === "Recursive" ? children.element : undefined
    }
    const mapped = Layout.mapLeaves(Layout.fromSchema(Tree), (leaf) => ({ ...leaf, maximum: 5 }))
    const first = inner(mapped)
    expect(first?._tag === "Recursive" && inner(first.layout())).toBe(first)
  })

  it("knows encodings by name, and names those it knows where it does not", () => {
    const profile = success(QuirkProfile.make({ text: "gbk", items: { MDLN: { text: "Shift_JIS" } } }))
    const written = success(StreamFunction.toMessage(S1F2, { mdln: "日", softrev: "半" }, { profile }))
    sameItem(written.item, L(A("\x93\xfa"), A("\xb0\xeb")))
    expect(success(StreamFunction.fromMessage(S1F2, written, { profile }))).toEqual({ mdln: "日", softrev: "半" })
    expect(failure(StreamFunction.toMessage(S1F2, { mdln: "M", softrev: "😀" }, { profile })).message).toBe(
      'S1F2 softrev: expected a text in gbk (BadCharacter: character 0 is U+1F600, not in gbk), got "😀"'
    )
    expect(failure(QuirkProfile.make({ items: { MDLN: { text: "klingon" } } })).message).toContain(
      '"klingon" is no known encoding, known are '
    )
  })

  it("allows a format where a value is free to choose among others", () => {
    const free = Structure.itemOf(["A", "U4"], { name: "CPVAL" })
    const S64F5 = StreamFunction.primary({ stream: 64, function: 5, name: "Free", structure: free })
    const profile = compile({ items: { CPVAL: { format: "F4" } } })
    expect(failure(StreamFunction.toMessage(S64F5, F4(1))).message).toContain("expected an item of A, U4")
    const message = success(StreamFunction.toMessage(S64F5, F4(1), { profile }))
    sameItem(success(StreamFunction.fromMessage(S64F5, message, { profile })), F4(1))
  })

  it("tells names that no definition has", () => {
    const registry = Registry.make([S6F11])
    const profile = {
      items: { CEID: { format: "A" }, CEIDD: { format: "A" } },
      messages: { S6F11: { items: { ceid: {} } }, S6F1l: { replyExpected: false } }
    } as const
    expect(QuirkProfile.unknownNames(profile, registry)).toEqual([
      "items.CEIDD",
      "messages.S6F1l",
      "messages.S6F11.items.ceid"
    ])
  })

  it("is JSON, and refuses what is none of it by name", () => {
    const decode = Schema.decodeUnknownResult(QuirkProfile.QuirkProfile)
    expect(Result.isSuccess(decode({ name: "ACME", text: "gbk", items: { CEID: { format: "A" } } }))).toBe(true)
    const wrong = decode({ items: { CEID: { format: "U16" } } })
    expect(Result.isFailure(wrong) && wrong.failure.message).toContain('["items"]["CEID"]["format"]')
  })
})

describe("Registry", () => {
  it("finds definitions, the reply of a primary, and the later of two", () => {
    const mine = StreamFunction.primary({ stream: 6, function: 11, name: "Mine", structure: Structure.item })
    const registry = Registry.make([S6F11, S1F1, mine])
    expect(registry.get(6, 11)).toBe(mine)
    expect(registry.get(6, 12)).toBe(S6F12)
    expect(registry.get(6, 13)).toBe(undefined)
    expect([registry.hasStream(1), registry.hasStream(2)]).toEqual([true, false])
    expect(Registry.merge(registry, Registry.make([S6F11])).get(6, 11)).toBe(S6F11)
    expect(Registry.empty.get(1, 1)).toBe(undefined)
  })

  it("has the reply of a later primary in place of an earlier one, unless one follows that", () => {
    const reply = StreamFunction.secondary({ stream: 6, function: 12, name: "Mine", structure: Structure.item })
    const mine = StreamFunction.primary({ stream: 6, function: 11, name: "Mine", structure: Structure.item, reply })
    expect(Registry.make([S6F11, S6F12, mine]).get(6, 12)).toBe(reply)
    expect(Registry.make([mine, S6F12]).get(6, 12)).toBe(S6F12)
    expect(Registry.merge(Registry.make([S6F11, S6F12]), Registry.make([mine])).get(6, 12)).toBe(reply)
  })
})

describe("Labels", () => {
  it("name items and say what their values mean", () => {
    const ack = B(0)
    expect(Labels.toString(Labels.make(S6F12, ack).get(ack)!)).toBe("ACKC6 0 accepted")
    const unknown = B(9)
    expect(Labels.toString(Labels.make(S6F12, unknown).get(unknown)!)).toBe("ACKC6")
    const mdln = A("M")
    expect(Labels.make(S1F2, L(mdln, A("1"))).get(mdln)?.name).toBe("MDLN")
  })

  it("say what a code means in another format than its own, and in that of the peer's profile", () => {
    const ack = U1(0)
    expect(Labels.toString(Labels.make(S6F12, ack).get(ack)!)).toBe("ACKC6 0 accepted")
    const text = A("0")
    const profile = success(QuirkProfile.make({ items: { ACKC6: { format: "A" } } }))
    expect(Labels.toString(Labels.make(S6F12, text, { profile }).get(text)!)).toBe("ACKC6 0 accepted")
  })

  it("label a body that lacks its structure as far as it goes", () => {
    const v = A("v")
    const labels = Labels.make(S6F11, L(A("no number"), U4(1), L(L(U4(1), L(v))), A("too many")))
    expect([...labels.values()].map((label) => label.name)).toEqual(["DATAID", "CEID", "V"])
    expect(labels.get(v)?.name).toBe("V")
    expect(Labels.make(S1F1, undefined).size).toBe(0)
  })
})
