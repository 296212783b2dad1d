/**
 * The bytes of a text file as text, whatever editor or tool wrote them. Pure.
 *
 * A byte order mark decides between UTF-8 and UTF-16, and is dropped. Without one it is UTF-8 where the bytes are, and
 * latin-1 where they are not: old tools write one byte a character.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 */
export const decode = (bytes: Uint8Array): string => read(bytes).text

/**
 * Text in the encoding of a file it came from, with a byte order mark where that has one. A character that latin-1 does
 * not have makes it UTF-8.
 *
 * @since 0.1.0
 */
export const encodeAs = (file: Uint8Array, text: string): Uint8Array => {
  const { encoding, mark } = read(file)
  const marked = mark ? `\ufeff${text}` : text
  if (encoding === "utf-8" || (encoding === "latin-1" && /[^\0-\xff]/.test(text))) {
    return new TextEncoder().encode(marked)
  }
  const size = encoding === "latin-1" ? 1 : 2
  const bytes = new Uint8Array(size * marked.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < marked.length; i++) {
    if (size === 1) bytes[i] = marked.charCodeAt(i)
    else view.setUint16(2 * i, marked.charCodeAt(i), encoding === "utf-16le")
  }
  return bytes
}

interface Form {
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "latin-1"
  readonly mark: boolean
}

/** Only reading tells what it is: once, as the text may be long. */
const read = (bytes: Uint8Array): Form & { readonly text: string } => {
  const [a, b, c] = bytes
  const wide = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : undefined
  if (wide !== undefined) return { encoding: wide, mark: true, text: new TextDecoder(wide).decode(bytes) }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    return { encoding: "utf-8", mark: a === 0xef && b === 0xbb && c === 0xbf, text }
  } catch {
    return { encoding: "latin-1", mark: false, text: latin1(bytes) }
  }
}

/** `TextDecoder` means windows-1252 when it is asked for latin-1. */
const latin1 = (bytes: Uint8Array): string => {
  let text = ""
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}
