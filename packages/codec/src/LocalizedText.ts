/**
 * Text of `C2` items as a structure: the header of an item names the encoding of its bytes. Pure.
 *
 * Apart from `Structure`, as encodings bring their tables along.
 *
 * @see SEMI E5, localized character strings
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type { TextEncodingError } from "./CodecError.ts"
import { Localized as LocalizedNode } from "./internal/node.ts"
import type { Localized } from "./Item.ts"
import * as Structure from "./Structure.ts"
import * as TextEncoding from "./TextEncoding.ts"

/** Header 0 says nothing; it is read and written in the encoding that is named for it. */
const encodingOf = (
  lsh: number,
  unspecified: TextEncoding.TextEncoding | undefined
): Result.Result<TextEncoding.TextEncoding, TextEncodingError> =>
  lsh === 0 && unspecified !== undefined ? Result.succeed(unspecified) : TextEncoding.fromLsh(lsh)

/**
 * Text in `C2`: read in whatever encoding the item's header names, written in the one of `lsh`. Bytes that are no
 * character of their encoding are kept in the text, and written back as they were.
 *
 * Fails    `TextEncodingError` for a header whose encoding is not known; a body's own header is a `StructureError`
 *
 * @example
 * const Note = Result.getOrThrow(LocalizedText.make(Item.Lsh.Utf8)) // Structure<string>
 *
 * @since 0.1.0
 */
export const make = (
  lsh: number,
  options: {
    /** The encoding of header 0, "none or unspecified": agreed on with the peer. */
    readonly unspecified?: TextEncoding.TextEncoding | undefined
    /** The data item's name in the standard. */
    readonly name?: string
  } = {}
): Result.Result<Structure.Structure<string>, TextEncodingError> => {
  const { name, unspecified } = options
  const own = encodingOf(lsh, unspecified)
  if (Result.isFailure(own)) return Result.fail(own.failure)
  const leaf = Structure.value("C2", name === undefined ? {} : { name })
  const step = SchemaTransformation.transformEffect<string, Localized>({
    decode: (value, parsing) => {
      const encoding = encodingOf(value.lsh, unspecified)
      return Result.isSuccess(encoding)
        ? Effect.succeed(encoding.success.decode(value.bytes as Uint8Array))
        : Effect.fail(new SchemaIssue.InvalidValue({ message: encoding.failure.message }, value, parsing))
    },
    encode: (text, parsing) => {
      const bytes = own.success.encode(text)
      return Result.isSuccess(bytes)
        ? Effect.succeed(new LocalizedNode(lsh, bytes.success))
        : Effect.fail(new SchemaIssue.InvalidValue({ message: bytes.failure.message }, text, parsing))
    }
  })
  return Result.succeed(leaf.pipe(Schema.decodeTo(Schema.String, step)))
}
