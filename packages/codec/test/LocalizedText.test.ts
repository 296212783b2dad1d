import { describe, expect, it } from "@effect/vitest"
import * as Item from "../src/Item.ts"
import * as LocalizedText from "../src/LocalizedText.ts"
import * as Structure from "../src/Structure.ts"
import * as StructureCodec from "../src/StructureCodec.ts"
import * as TextEncoding from "../src/TextEncoding.ts"
import { failure, sameItem, success } from "./support/expect.ts"

const { C2, L, Lsh } = Item

describe("LocalizedText", () => {
  const Note = success(LocalizedText.make(Lsh.Utf8, { name: "NOTE" }))
  const note = Structure.list({ note: Note })
  const read = StructureCodec.fromItem(note)
  const write = StructureCodec.toItem(note)

  it("reads the encoding that the item names, and writes its own", () => {
    for (const item of [
      C2(Lsh.Utf8, "半導体"),
      C2(Lsh.ShiftJis, "半導体"),
      C2(Lsh.Big5, "半導體"),
      C2(Lsh.Ucs2, "半導体")
    ]) {
      const value = success(read(L(item)))
      expect(["半導体", "半導體"]).toContain(value.note)
      sameItem(success(write(value)), L(C2(Lsh.Utf8, value.note)))
      expect(success(StructureCodec.decode(note)(success(StructureCodec.encode(note)(value))))).toEqual(value)
    }
  })

  it("keeps bytes that are no character", () => {
    const item = L(C2(Lsh.Utf8, [0x41, 0xff, 0xe5]))
    sameItem(success(write(success(read(item)))), item)
  })

  it("reads and writes header 0 in the encoding that is named for it, and refuses it where none is", () => {
    const gbk = success(TextEncoding.make("gbk"))
    const agreed = success(LocalizedText.make(Lsh.None, { unspecified: gbk }))
    sameItem(success(StructureCodec.toItem(agreed)("晶")), C2(Lsh.None, [0xbe, 0xa7]))
    expect(success(StructureCodec.fromItem(agreed)(C2(Lsh.None, [0xbe, 0xa7])))).toBe("晶")
    expect(failure(read(L(C2(Lsh.None, [0x41])))).message).toContain("note: UnknownEncoding: ")
  })

  it("names the character that the encoding lacks, and the header nobody knows", () => {
    const thai = success(LocalizedText.make(Lsh.Tis620))
    expect(failure(StructureCodec.toItem(thai)("ก半")).message).toContain("character 1 is U+534A")
    expect(failure(LocalizedText.make(99)).message).toContain("localized string header 99")
  })
})
