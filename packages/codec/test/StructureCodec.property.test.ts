/**
 * Structures at random: reading and writing bytes straight away is the same as going through the item, and the same
 * as what Effect's Schema makes of the definition.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { failed } from "../src/internal/structure/leaf.ts"
import { reader } from "../src/internal/structure/reader.ts"
import { writeSink } from "../src/internal/structure/sink.ts"
import { readSource } from "../src/internal/structure/source.ts"
import { writer } from "../src/internal/structure/writer.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import * as Layout from "../src/Layout.ts"
import type { Any } from "../src/Structure.ts"
import * as StructureCodec from "../src/StructureCodec.ts"
import { StructureError } from "../src/StructureError.ts"
import { toHex } from "./support/bytes.ts"
import { type Draw, drawFrom, Garbage, Plains, runs, Seeds } from "./support/generate.ts"
import { encode as plainBytes } from "./support/reference.ts"
import { damaged, deviated, loosely, same, sample, Wrong } from "./support/structures.ts"

type Outcome = Result.Result<unknown, StructureError>

/** Through the item, on the way down. */
const slowDecode = (structure: Any, bytes: Uint8Array, options: StructureCodec.ReadOptions = {}): Outcome => {
  const item = ItemCodec.decode(bytes)
  if (Result.isSuccess(item)) return StructureCodec.fromItem(structure, options)(item.success)
  const reason = { _tag: "Malformed" as const, error: item.failure }
  return Result.fail(new StructureError({ subject: options.subject, operation: "decode", path: [], reason }))
}

/** Through the item, on the way out. */
const slowEncode = (structure: Any, value: unknown, options: StructureCodec.WriteOptions = {}): Outcome => {
  const item = StructureCodec.toItem(structure, options)(value)
  if (Result.isFailure(item)) return Result.fail(item.failure)
  const bytes = ItemCodec.encode(item.success)
  if (Result.isSuccess(bytes)) return Result.succeed(bytes.success)
  const reason = {
    _tag: "WrongValue" as const,
    expected: "an item that can be written",
    seen: bytes.failure.message
  }
  return Result.fail(new StructureError({ subject: options.subject, operation: "encode", path: [], reason }))
}

const shown = (outcome: Outcome): string =>
  Result.isFailure(outcome)
    ? `fails: ${outcome.failure.message}`
    : outcome.success instanceof Uint8Array
      ? toHex(outcome.success)
      : JSON.stringify(outcome.success, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value))

const sameError = (a: StructureError, b: StructureError): boolean =>
  a.message === b.message && a.subject === b.subject && same(a.path, b.path) && same({ ...a.reason }, { ...b.reason })

/** Both succeed with the same value, or both fail with the same error. */
const sameOutcome = (actual: Outcome, expected: Outcome, what: string): void => {
  const equal = Result.isSuccess(actual)
    ? Result.isSuccess(expected) && same(actual.success, expected.success)
    : Result.isFailure(expected) && sameError(actual.failure, expected.failure)
  if (!equal) assert.fail(`${what}: ${shown(actual)} instead of ${shown(expected)}`)
}

const isRead = (structure: Any, bytes: Uint8Array): boolean =>
  readSource(reader(Layout.fromSchema(structure)), bytes, 0, bytes.length, undefined, 256) !== failed

const isWritten = (structure: Any, value: unknown): boolean =>
  writeSink(writer(Layout.fromSchema(structure)), value, undefined, 256) !== undefined

/** What both ways make of bytes; whatever is taken through the item is taken without it. */
const compareDecode = (structure: Any, bytes: Uint8Array, what: string): boolean => {
  const expected = slowDecode(structure, bytes, { subject: "S1F1" })
  sameOutcome(StructureCodec.decode(structure, { subject: "S1F1" })(bytes), expected, `${what} ${toHex(bytes)}`)
  assert.strictEqual(
    isRead(structure, bytes),
    Result.isSuccess(expected),
    `${what} ${toHex(bytes)} without items: ${Layout.notation(Layout.fromSchema(structure))}`
  )
  return Result.isSuccess(expected)
}

const compareEncode = (structure: Any, value: unknown): Uint8Array | undefined => {
  const expected = slowEncode(structure, value, { subject: "S1F1" })
  const actual = StructureCodec.encode(structure, { subject: "S1F1" })(value)
  // A view of a slab may be a `Buffer` or not.
  sameOutcome(
    Result.map(actual, toHex),
    Result.map(expected, (bytes) => toHex(bytes as Uint8Array)),
    "encode"
  )
  assert.strictEqual(isWritten(structure, value), Result.isSuccess(expected), "written without items")
  return Result.isSuccess(actual) ? actual.success : undefined
}

/** A structure, and draws for what is done with it. */
const caseOf = (seed: number) => {
  const draw = drawFrom(seed)
  return { ...sample(draw, 4), draw }
}

/** Right values mostly. */
const valueOf = (draw: Draw, value: (draw: Draw) => unknown): unknown => (draw(10) === 0 ? Wrong(draw) : value(draw))

/** How many inputs of a property did what: a property over inputs that all fail says little. */
const tally = () => {
  const counts = { succeeded: 0, failed: 0 }
  return {
    counts,
    count: (success: boolean): void => {
      counts[success ? "succeeded" : "failed"]++
    }
  }
}

describe("StructureCodec", () => {
  const written = tally()
  it.prop(
    "encodes any value straight to the bytes, or the error, that its item gives",
    [Seeds],
    ([seed]) => {
      const { draw, structure, value } = caseOf(seed)
      for (let i = 0; i < 3; i++) written.count(compareEncode(structure, valueOf(draw, value)) !== undefined)
    },
    runs(1500, 40_000)
  )

  it("met values that can be written and values that cannot", () => {
    assert.isAbove(written.counts.succeeded, written.counts.failed)
    assert.isAbove(written.counts.failed, 300)
  })

  const decoded = tally()
  it.prop(
    "decodes bytes of any value, with more length bytes than needed too, straight to the value that its item gives",
    [Seeds],
    ([seed]) => {
      const { draw, structure, value } = caseOf(seed)
      const bytes = compareEncode(structure, value(draw))
      if (bytes === undefined) return
      decoded.count(compareDecode(structure, bytes, "canonical"))
      decoded.count(compareDecode(structure, loosely(draw, bytes), "loose"))
    },
    runs(1500, 40_000)
  )

  it("met bytes that can be read", () => {
    assert.isAbove(decoded.counts.succeeded, 1000)
  })

  it.prop(
    "fails with the error of the item at every truncation",
    [Seeds],
    ([seed]) => {
      const { draw, structure, value } = caseOf(seed)
      const bytes = compareEncode(structure, value(draw))
      if (bytes === undefined) return
      const ends = bytes.length > 200 ? Array.from({ length: 40 }, () => draw(bytes.length)) : bytes.keys()
      for (const end of ends) assert.isFalse(compareDecode(structure, bytes.slice(0, end), "cut"))
    },
    runs(300, 10_000)
  )

  it.prop(
    "reads damaged bytes, other items and garbage as through the item",
    [Seeds, Plains, Garbage],
    ([seed, plain, garbage]) => {
      const { draw, structure, value } = caseOf(seed)
      const bytes = compareEncode(structure, value(draw))
      if (bytes !== undefined) {
        for (let i = 0; i < 8; i++) compareDecode(structure, damaged(draw, loosely(draw, bytes)), "damaged")
      }
      compareDecode(structure, plainBytes(plain), "another item")
      compareDecode(structure, garbage, "garbage")
    },
    runs(800, 40_000)
  )

  it.prop(
    "reads nothing beyond its bytes, wherever in a buffer they stand",
    [Seeds],
    ([seed]) => {
      const { draw, structure, value } = caseOf(seed)
      const bytes = compareEncode(structure, value(draw))
      if (bytes === undefined) return
      const read = reader(Layout.fromSchema(structure))
      for (const padding of [0x00, 0x01, 0xb1, 0xff]) {
        const around = new Uint8Array(bytes.length + 8).fill(padding)
        around.set(bytes, 3)
        const inside = readSource(read, around, 3, 3 + bytes.length, undefined, 256)
        const alone = readSource(read, bytes, 0, bytes.length, undefined, 256)
        assert.isTrue(same(inside, alone))
        assert.strictEqual(readSource(read, around, 3, 2 + bytes.length, undefined, 256), failed)
      }
    },
    runs(300, 10_000)
  )

  const lenient = tally()
  it.prop(
    "reads leniently as through the item, with the same deviations",
    [Seeds],
    ([seed]) => {
      const { draw, structure, value } = caseOf(seed)
      const bytes = compareEncode(structure, value(draw))
      if (bytes === undefined) return
      for (const input of [bytes, deviated(draw, bytes), deviated(draw, bytes), damaged(draw, bytes)]) {
        const seen: Array<unknown> = []
        const expected: Array<unknown> = []
        const options = { mode: "lenient", subject: "S1F1" } as const
        const actual = StructureCodec.decode(structure, { ...options, onDeviation: (each) => seen.push(each) })(input)
        const through = slowDecode(structure, input, { ...options, onDeviation: (each) => expected.push(each) })
        sameOutcome(actual, through, `lenient ${toHex(input)}`)
        assert.isTrue(same(seen, expected))
        lenient.count(seen.length > 0)
      }
    },
    runs(500, 20_000)
  )

  it("met bytes with deviations", () => {
    assert.isAbove(lenient.counts.succeeded, 25)
  })

  it.prop(
    "decodes to what Schema makes of the structure, or fails where that does",
    [Seeds],
    ([seed]) => {
      const { draw, structure, value } = caseOf(seed)
      const interpreter = Schema.decodeUnknownResult(structure)
      const bytes = compareEncode(structure, value(draw))
      if (bytes === undefined) return
      for (const input of [bytes, damaged(draw, bytes), damaged(draw, bytes)]) {
        const item = ItemCodec.decode(input)
        if (Result.isFailure(item)) continue
        const expected = interpreter(item.success)
        const actual = StructureCodec.decode(structure)(input)
        assert.strictEqual(
          Result.isSuccess(actual),
          Result.isSuccess(expected),
          `${item.success} as ${Layout.notation(Layout.fromSchema(structure))} ${Result.isFailure(expected) ? expected.failure : ""}`
        )
        if (Result.isSuccess(actual) && Result.isSuccess(expected)) {
          assert.isTrue(same(actual.success, expected.success), `${item.success}`)
        }
      }
    },
    runs(500, 20_000)
  )
})
