/**
 * Bytes that others published: test suites of other libraries, logs, articles. They belong to their authors, so they
 * are read where they stand beside the checkout and are no part of the project.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as FrameDecoder from "../src/FrameDecoder.ts"
import * as Hsms from "../src/Hsms.ts"
import * as HsmsHeader from "../src/HsmsHeader.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import { hex, pieces, toHex } from "./support/bytes.ts"
import { bytesAre, success } from "./support/expect.ts"

interface Row {
  readonly hex: string
  readonly kind: string
  readonly source: string
}

const beside = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url))
const path = `${process.env["SECS_CORPUS"] ?? beside}/hex/vectors.jsonl`

/** Rows the file is known to hold, by what they are checked as. */
const known = { item: 56, header: 10, frame: 2, fragment: 10 }

/**
 * Legal bytes that an encoder would write otherwise, by their source, with the reason and the canonical form.
 * There are none at present: every encoder quoted writes the fewest length bytes, and the ones that write a true
 * BOOLEAN as FF are not quoted with one.
 */
const nonCanonical: { readonly [source: string]: { readonly reason: string; readonly canonical: string } } = {}

const kindOf = (row: Row): keyof typeof known =>
  row.kind.startsWith("secs2-item")
    ? "item"
    : row.kind === "hsms-header"
      ? "header"
      : row.kind === "hsms-frame"
        ? "frame"
        : "fragment"

describe("corpus", () => {
  if (!existsSync(path)) {
    const total = Object.values(known).reduce((sum, count) => sum + count, 0)
    it.live(`corpus not found beside the checkout: ${total} checks not run`, () => {
      if (process.env["CI"] === "true") assert.fail(`no corpus at ${path}`)
      return Effect.logWarning(`${total} checks were not run: there is no corpus. Set SECS_CORPUS to its folder.`)
    })
    return
  }

  const rows = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row)
  const of = (kind: keyof typeof known) => rows.filter((row) => kindOf(row) === kind)

  it("holds the rows it is known to hold, or more", () => {
    for (const kind of ["item", "header", "frame", "fragment"] as const)
      assert.isAtLeast(of(kind).length, known[kind], kind)
    for (const source of Object.keys(nonCanonical))
      assert.isTrue(
        rows.some((row) => row.source === source),
        source
      )
  })

  it.each(of("item"))("decodes the item $hex of $source and writes the same bytes", ({ hex: text, source }) => {
    const bytes = success(ItemCodec.encode(success(ItemCodec.decode(hex(text)))))
    bytesAre(bytes, hex(nonCanonical[source]?.canonical ?? text))
  })

  it.each(of("header"))("reads the header $hex of $source and writes the same bytes", ({ hex: text }) => {
    const header = HsmsHeader.read(hex(text), 0)
    bytesAre(HsmsHeader.toBytes(header), hex(text))
    const message = success(Hsms.decode(hex(text)))
    bytesAre(success(Hsms.encode(message)).subarray(4), hex(text))
  })

  it.each(of("frame"))("reads the frame $hex of $source byte by byte and writes the same bytes", ({ hex: text }) => {
    const decoder = FrameDecoder.make()
    const frames = pieces(hex(text), 1).flatMap((byte) => decoder.push(byte).frames)
    assert.strictEqual(frames.length, 1)
    bytesAre(success(Hsms.encode(success(Hsms.decode(frames[0]!)))), hex(text))
  })

  it.each(of("fragment"))("refuses the fragment $hex of $source as an item", ({ hex: text }) => {
    const result = ItemCodec.decode(hex(text))
    assert.isTrue(Result.isFailure(result), toHex(hex(text)))
  })
})
