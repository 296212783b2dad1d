import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Schema from "effect/Schema"
import * as HsmsHeader from "../src/HsmsHeader.ts"
import * as SecsMessage from "../src/SecsMessage.ts"
import { hex, toHex } from "./support/bytes.ts"
import { Headers, runs } from "./support/generate.ts"

const json = Schema.toCodecJson(HsmsHeader.Header)

const header = new HsmsHeader.HsmsHeader(0x0102, 0x83, 0x04, 0x05, 0x06, 0xf708090a)

describe("HsmsHeader", () => {
  it("puts each field where SEMI E37 has it (e37/header/ten-bytes, e37/header/session-id, e37/header/data-function, e37/header/system-bytes)", () => {
    assert.strictEqual(toHex(HsmsHeader.toBytes(header)), "010283040506f708090a")
    assert.isTrue(Equal.equals(HsmsHeader.read(hex("01 02 83 04 05 06 F7 08 09 0A"), 0), header))
    assert.deepStrictEqual([header.stream, header.function, header.replyExpected], [3, 4, true])
    const last = HsmsHeader.read(hex("0000 7F FF 00 00 00000000"), 0)
    assert.deepStrictEqual([last.stream, last.function, last.replyExpected], [127, 255, false])
  })

  it("reads and writes at an offset, and touches nothing around it", () => {
    const bytes = new Uint8Array(14).fill(0xee)
    HsmsHeader.write(header, bytes, 2)
    assert.strictEqual(toHex(bytes), "eeee010283040506f708090aeeee")
    assert.isTrue(Equal.equals(HsmsHeader.read(bytes, 2), header))
  })

  it("carries the W-bit in the top bit of byte 2, above the stream (e37/header/data-stream)", () => {
    for (const [message, text] of [
      [SecsMessage.primary(1, 1), "000a81010000ffffffff"],
      [SecsMessage.primary(9, 1), "000a09010000ffffffff"],
      [SecsMessage.secondary(127, 254), "000a7ffe0000ffffffff"]
    ] as const) {
      assert.strictEqual(toHex(HsmsHeader.toBytes(HsmsHeader.data(10, message, 0xffff_ffff))), text)
    }
  })

  it.prop(
    "comes back from its bytes",
    [Headers],
    ([one]) => {
      const again = HsmsHeader.read(HsmsHeader.toBytes(one), 0)
      assert.isTrue(Equal.equals(again, one))
      assert.strictEqual(Hash.hash(again), Hash.hash(one))
      assert.isTrue(Schema.is(HsmsHeader.Header)(again))
      assert.isTrue(Equal.equals(Schema.decodeSync(json)(Schema.encodeSync(json)(one)), one))
    },
    runs(200, 5000)
  )

  it.prop(
    "is any ten bytes",
    [Headers],
    ([one]) => {
      const bytes = HsmsHeader.toBytes(one)
      assert.strictEqual(toHex(HsmsHeader.toBytes(HsmsHeader.read(bytes, 0))), toHex(bytes))
    },
    runs(100, 5000)
  )

  it("differs when any one field does", () => {
    const fields = [1, 2, 3, 4, 5, 6] as const
    const make = (values: ReadonlyArray<number>) =>
      new HsmsHeader.HsmsHeader(values[0]!, values[1]!, values[2]!, values[3]!, values[4]!, values[5]!)
    assert.isTrue(Equal.equals(make(fields), make(fields)))
    fields.forEach((_, at) =>
      assert.isFalse(Equal.equals(make(fields), make(fields.map((field, i) => (i === at ? 0 : field)))))
    )
  })

  it("has a Schema that knows the range of each field", () => {
    const is = Schema.is(HsmsHeader.Header)
    assert.isTrue(is(new HsmsHeader.HsmsHeader(0xffff, 0xff, 0xff, 0xff, 0xff, 0xffff_ffff)))
    assert.isTrue(is(new HsmsHeader.HsmsHeader(0, 0, 0, 0, 0, 0)))
    assert.isFalse(is(new HsmsHeader.HsmsHeader(0x1_0000, 0, 0, 0, 0, 0)))
    assert.isFalse(is(new HsmsHeader.HsmsHeader(0, 0x100, 0, 0, 0, 0)))
    assert.isFalse(is(new HsmsHeader.HsmsHeader(0, 0, 0x100, 0, 0, 0)))
    assert.isFalse(is(new HsmsHeader.HsmsHeader(0, 0, 0, 0x100, 0, 0)))
    assert.isFalse(is(new HsmsHeader.HsmsHeader(0, 0, 0, 0, 0x100, 0)))
    assert.isFalse(is(new HsmsHeader.HsmsHeader(0, 0, 0, 0, 0, 2 ** 32)))
    assert.isFalse(is(new HsmsHeader.HsmsHeader(0, 0, 0, 0, 0, -1)))
    assert.isFalse(is({ sessionId: 0, byte2: 0, byte3: 0, pType: 0, sType: 0, systemBytes: 0 }))
  })

  it("knows the codes of SEMI E37 by number and by name (e37/header/stypes, e37/header/select-codes, e37/header/deselect-codes, e37/header/reject-codes)", () => {
    const table = (names: (code: number) => string, codes: ReadonlyArray<number>) =>
      codes.map((code) => `${code} ${names(code)}`)
    assert.deepStrictEqual(table(HsmsHeader.sTypeName, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]), [
      "0 Data",
      "1 SelectReq",
      "2 SelectRsp",
      "3 DeselectReq",
      "4 DeselectRsp",
      "5 LinktestReq",
      "6 LinktestRsp",
      "7 RejectReq",
      "8 SType 8",
      "9 SeparateReq",
      "10 SType 10",
      "255 SType 255"
    ])
    assert.deepStrictEqual(table(HsmsHeader.selectStatusName, [0, 1, 2, 3, 4, 5, 6, 7]), [
      "0 Ok",
      "1 AlreadyActive",
      "2 NotReady",
      "3 Exhausted",
      "4 NoSuchEntity",
      "5 EntityInUse",
      "6 EntitySelected",
      "7 select status 7"
    ])
    assert.deepStrictEqual(table(HsmsHeader.deselectStatusName, [0, 1, 2, 3]), [
      "0 Ok",
      "1 NotEstablished",
      "2 Busy",
      "3 deselect status 3"
    ])
    assert.deepStrictEqual(table(HsmsHeader.rejectReasonName, [0, 1, 2, 3, 4, 5]), [
      "0 reject reason 0",
      "1 STypeNotSupported",
      "2 PTypeNotSupported",
      "3 TransactionNotOpen",
      "4 EntityNotSelected",
      "5 reject reason 5"
    ])
  })

  it("shows itself in one line", () => {
    for (const [text, line] of [
      ["000A 81 01 00 00 0A0B0C0D", "S1F1 W session 10 [0a0b0c0d]"],
      ["000A 01 02 00 00 0A0B0C0D", "S1F2 session 10 [0a0b0c0d]"],
      ["FFFF 00 00 00 01 00000001", "SelectReq session 65535 [00000001]"],
      ["FFFF 00 00 00 08 00000001", "SType 8 session 65535 [00000001]"],
      ["000A 81 01 01 00 00000001", "PType 1 SType 0 session 10 [00000001]"]
    ] as const) {
      assert.strictEqual(`${HsmsHeader.read(hex(text), 0)}`, line)
    }
  })
})
