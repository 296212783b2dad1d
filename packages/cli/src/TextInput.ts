/**
 * The bytes of a text file as text, whatever editor or tool wrote them. Pure.
 *
 * A byte order mark decides between UTF-8 and UTF-16, and is dropped. Without one it is UTF-8 where the bytes are, and
 * latin-1 where they are not: old tools write one byte a character.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 */
export const decode = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes)
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return latin1(bytes)
  }
}

/** `TextDecoder` means windows-1252 when it is asked for latin-1. */
const latin1 = (bytes: Uint8Array): string => {
  let text = ""
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}
