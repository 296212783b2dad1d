/** Every error by its text: what a log line says. The only place where messages are asserted. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import iconv from "iconv-lite"
import * as CodecError from "../src/CodecError.ts"
import * as FrameDecoder from "../src/FrameDecoder.ts"
import * as Hsms from "../src/Hsms.ts"
import * as Item from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import * as SecsMessage from "../src/SecsMessage.ts"
import * as TextEncoding from "../src/TextEncoding.ts"
import { concat, hex, repeat } from "./support/bytes.ts"
import { failure, success, thrown } from "./support/expect.ts"

const { A, L, U1, U8 } = Item

interface Tagged extends Error {
  readonly _tag: string
  readonly reason: string | { readonly _tag: string }
}

/** The rows show every reason of an error, each with its text. */
const all = (
  tag: string,
  reasons: ReadonlyArray<string>,
  rows: ReadonlyArray<readonly [error: Tagged, text: string]>
): void => {
  const seen = new Set<string>()
  for (const [error, text] of rows) {
    assert.strictEqual(error._tag, tag)
    assert.strictEqual(error.message, text)
    seen.add(typeof error.reason === "string" ? error.reason : error.reason._tag)
  }
  assert.deepStrictEqual([...seen].toSorted(), [...reasons].toSorted())
}

const decode = (text: string, options: ItemCodec.DecodeOptions = {}) =>
  failure(ItemCodec.decodeWith(options)(hex(text)))

describe("CodecError", () => {
  it("FrameError says what the length field or the SType announced", () => {
    all(
      "FrameError",
      ["FrameTooShort", "FrameTooLong", "BadControlLength"],
      [
        [
          FrameDecoder.make().push(hex("00000003")).error!,
          "FrameTooShort: length field says 3, a header needs 10 (is the peer speaking HSMS?)"
        ],
        [
          FrameDecoder.make({ maxFrameLength: 100 }).push(hex("47455420")).error!,
          'FrameTooLong: length field says 1195725856 ("GET ": is the peer speaking HSMS?), the maximum is 100'
        ],
        [
          FrameDecoder.make().push(hex("16030106")).error!,
          "FrameTooLong: length field says 369295622 (is the peer speaking TLS?), the maximum is 16777229"
        ],
        [
          failure(Hsms.decode(hex("FFFF 00 00 00 05 00000001 00"))),
          "BadControlLength: SType 5 announces 11 bytes, control messages have 10"
        ]
      ]
    )
  })

  it("HeaderRangeError names the field, the value and the maximum", () =>
    assert.strictEqual(
      failure(Hsms.encode(Hsms.selectReq(1, 70_000))).message,
      "sessionId is 70000: expected an integer from 0 to 65535"
    ))

  it("HeaderError names PType or SType, session and system bytes", () => {
    all(
      "HeaderError",
      ["UnsupportedPType", "UnsupportedSType"],
      [
        [
          failure(Hsms.decode(hex("000A 81 01 01 00 0A0B0C0D"))),
          "UnsupportedPType: PType 1 is not SECS-II (0), session 10, system bytes 0a0b0c0d"
        ],
        [
          failure(Hsms.decode(hex("FFFF 00 00 00 08 00000001"))),
          "UnsupportedSType: SType 8 is not an HSMS message, session 65535, system bytes 00000001"
        ]
      ]
    )
  })

  it("ItemDecodeError names the byte, the path and the numbers", () => {
    all(
      "ItemDecodeError",
      [
        "LengthByteCount",
        "Truncated",
        "LengthNotMultiple",
        "UnknownFormat",
        "TrailingBytes",
        "LocalizedHeader",
        "NonAscii",
        "TooDeep",
        "TooManyItems"
      ],
      [
        [decode("01 01 40"), "Truncated at byte 0, the root item: 1 items declared, 1 bytes left"],
        [
          decode("01 01 40 00"),
          "LengthByteCount at byte 2, item [0]: the format byte announces 0 length bytes, 1 to 3 are legal"
        ],
        [decode("01 02 A5 00 41 09 41"), "Truncated at byte 4, item [1]: 9 bytes declared, 1 bytes left"],
        [
          decode("01 02 A5 01 01 01 01 B1 03 010203"),
          "LengthNotMultiple at byte 7, item [1.0]: 3 bytes are no multiple of 4 (U4)"
        ],
        [decode("0D 00"), "UnknownFormat at byte 0, the root item: format code 03 (octal) is not defined"],
        [decode("FF 00"), "UnknownFormat at byte 0, the root item: format code 77 (octal) is not defined"],
        [decode("A5 01 05 FF"), "TrailingBytes at byte 3, the root item: 1 bytes after the root item"],
        [decode("49 01 00"), "LocalizedHeader at byte 0, the root item: 1 bytes, a C2 item starts with a header of 2"],
        [
          decode("41 03 4142E9", { text: "ascii" }),
          "NonAscii at byte 0, the root item: character 2 is 0xe9, ASCII ends at 0x7f"
        ],
        [decode("01 01 01 01 01 00", { maxDepth: 1 }), "TooDeep at byte 2, item [0]: lists are nested deeper than 1"],
        [decode("01 02 A5 00 A5 00", { maxItems: 2 }), "TooManyItems at byte 0, the root item: more than 2 items"]
      ]
    )
  })

  it("ItemEncodeError names the path and the character", () => {
    const forge = Object.getPrototypeOf(U1(1)).constructor as new (format: number, value: unknown) => Item.Item
    const strict = ItemCodec.encodeWith({ text: "ascii", maxDepth: 2 })
    all(
      "ItemEncodeError",
      ["TooLong", "BadCharacter", "TooDeep"],
      [
        [failure(strict(L(U1(1), A("xé")))), "BadCharacter at item [1]: character 1 is U+00E9, not in ASCII"],
        [failure(strict(L(L(L(U1(1)))))), "TooDeep at item [0.0]: lists are nested deeper than 2"],
        [
          failure(strict(L(new forge(0o10, new Uint8Array(2 ** 24))))),
          "TooLong at item [0]: 16777216 bytes or elements, the maximum is 16777215"
        ]
      ]
    )
  })

  it("ItemValueError names the format, the index, the value and the range", () => {
    all(
      "ItemValueError",
      ["OutOfRange", "WrongType", "BadCharacter", "TooLong"],
      [
        [failure(Item.make("U1", [1, 256])), "U1 value 1: 256 is not an integer from 0 to 255"],
        [failure(Item.make("I1", [0.5])), "I1 value 0: 0.5 is not an integer from -128 to 127"],
        [failure(Item.make("U8", [-1n])), "U8 value 0: -1 is not an integer from 0 to 18446744073709551615"],
        [
          failure(Item.make("F4", [1e39])),
          "F4 value 0: 1e+39 is not a number from -3.4028234663852886e+38 to 3.4028234663852886e+38"
        ],
        [failure(Item.make("BOOLEAN", [1 as never])), "BOOLEAN value 0: expected boolean, got number 1"],
        [failure(Item.make("U1", null as never)), "U1 value 0: expected array, got null"],
        [
          failure(Item.make("C2", { lsh: 7, bytes: "x" })),
          "C2 value 0: expected bytes (text is encoded for headers 1 to 6 and 8 to 13, not 7), got string"
        ],
        [failure(Item.make("A", "a€")), "A: character 1 is U+20AC, not in latin-1"],
        [failure(Item.make("J", "漢")), "J: character 0 is U+6F22, not in JIS X 0201"],
        [failure(Item.make("C2", { lsh: 1, bytes: "😀" })), "C2: character 0 is U+1F600, not in UCS-2"],
        [
          failure(Item.make("U8", new BigInt64Array(2_097_152))),
          "U8: 2097152 bytes or elements, the maximum is 2097151"
        ]
      ]
    )
  })

  it("TextEncodingError names the encoding, the index and the character", () => {
    all(
      "TextEncodingError",
      ["BadCharacter", "UnknownEncoding", "HostLacksEncoding"],
      [
        [failure(success(TextEncoding.make("gbk")).encode("晶😀")), "BadCharacter: character 1 is U+1F600, not in gbk"],
        [
          failure(TextEncoding.make("klingon")),
          'UnknownEncoding: "klingon" is no known encoding, known are ascii, latin-1, utf-8, utf-16be, gbk, gb18030, big5, shift_jis, euc-jp, euc-kr, windows-874'
        ],
        [failure(TextEncoding.fromIconv(iconv, "klingon")), 'UnknownEncoding: "klingon" is no known encoding'],
        [
          new CodecError.TextEncodingError({ reason: { _tag: "HostLacksEncoding", name: "gbk" } }),
          "HostLacksEncoding: this host has no decoder of gbk"
        ]
      ]
    )
  })

  it("ItemAccessError names the path, what was expected and what was there", () => {
    const item = L(A("x"), L(U1(1, 2), U8(2n ** 60n)))
    all(
      "ItemAccessError",
      ["NoItem", "NoSuchItem", "WrongFormat", "WrongCount", "UnsafeInteger"],
      [
        [failure(Item.asNumber(undefined, 0)), "NoItem: the message is a header only, it has no item to read"],
        [failure(Item.get(item, 1, 2)), "NoSuchItem at item [1.2]: its parent is a list of 2"],
        [failure(Item.get(item, 0, 0)), "NoSuchItem at item [0.0]: its parent is A, not a list"],
        [failure(Item.asNumber(item, 0)), "WrongFormat at item [0]: expected a number format, got A"],
        [failure(Item.asText(item)), "WrongFormat at the root item: expected A, J or C2 in a known encoding, got L"],
        [
          failure(Item.asNumber(item, 1, 0)),
          "WrongCount at item [1.0]: expected 1 value, got 2 (the plural accessor gives them all)"
        ],
        [
          failure(Item.asNumber(item, 1, 1)),
          "UnsafeInteger at item [1.1]: 1152921504606846976 does not fit a number exactly, read it as bigint"
        ]
      ]
    )
  })

  it("MessageError names the message and the rule", () => {
    const made = (f: () => unknown) => thrown(f) as CodecError.MessageError
    const invalid = (stream: number, function_: number) =>
      failure(SecsMessage.validate(new SecsMessage.SecsMessage(stream, function_, true, undefined)))
    all("MessageError", CodecError.MessageError.fields.reason.literals, [
      [made(() => SecsMessage.primary(128, 1)), "S128F1: streams are integers from 1 to 127"],
      [made(() => SecsMessage.primary(1, 257)), "S1F257: functions are integers from 0 to 255"],
      [
        made(() => SecsMessage.primary(1, 1, "x" as never)),
        "S1F1: its text is no item; make one with the constructors of Item"
      ],
      [made(() => SecsMessage.primary(1, 2)), "S1F2: a primary has an odd function"],
      [made(() => SecsMessage.secondary(1, 1)), "S1F1: a secondary has an even function"],
      [made(() => SecsMessage.secondary(1, 0, L())), "S1F0: function 0 aborts a transaction and has no text"],
      [invalid(1, 2), "S1F2: only a primary may expect a reply"],
      [invalid(9, 1), "S9F1: the standard gives it no reply, so it can only be sent"],
      [
        new CodecError.MessageError({ stream: 6, function: 11, reason: "NoReplyAgreed" }),
        "S6F11: by the profile of the peer it has no reply, so it can only be sent"
      ]
    ])
  })

  it("carries every error through its Schema", () => {
    const AnyError = Schema.Union([
      CodecError.FrameError,
      CodecError.HeaderError,
      CodecError.HeaderRangeError,
      CodecError.ItemDecodeError,
      CodecError.ItemEncodeError,
      CodecError.ItemValueError,
      CodecError.ItemAccessError,
      CodecError.MessageError,
      CodecError.TextEncodingError
    ])
    const json = Schema.toCodecJson(AnyError)
    const errors = [
      FrameDecoder.make().push(hex("00000003")).error!,
      failure(Hsms.decode(hex("000A 81 01 01 00 0A0B0C0D"))),
      failure(Hsms.encode(Hsms.selectReq(1, 70_000))),
      failure(ItemCodec.decodeWith({ maxDepth: 64 })(concat(repeat(hex("01 01"), 65), hex("01 00")))),
      failure(ItemCodec.encodeWith({ text: "ascii" })(L(A("é")))),
      failure(Item.make("F4", [1e39])),
      failure(Item.get(L(), -1)),
      failure(SecsMessage.validate(new SecsMessage.SecsMessage(NaN, 1, true, undefined))),
      failure(TextEncoding.make("klingon"))
    ]
    assert.deepStrictEqual(
      errors.map((error) => error._tag).toSorted(),
      AnyError.members.map((Class) => Class.name).toSorted()
    )
    for (const error of errors) {
      const text = JSON.stringify(Schema.encodeSync(json)(error))
      const again = Schema.decodeUnknownSync(json)(JSON.parse(text))
      assert.strictEqual(again.constructor, error.constructor)
      assert.strictEqual(again.message, error.message)
    }
  })

  it.effect("is caught by its tag and by its reason", () =>
    Effect.gen(function* () {
      const decode = Effect.fromResult(ItemCodec.decode(hex("0D 00"))).pipe(Effect.as("an item"))
      const byTag = yield* decode.pipe(
        Effect.catchTag("ItemDecodeError", (error) => Effect.succeed(`byte ${error.offset}`))
      )
      const byReason = yield* decode.pipe(
        Effect.catchReason("ItemDecodeError", "UnknownFormat", (reason) => Effect.succeed(`code ${reason.code}`))
      )
      assert.deepStrictEqual([byTag, byReason], ["byte 0", "code 3"])
    })
  )
})
