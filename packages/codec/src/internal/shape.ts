/**
 * What equality, hash and text read of an item. Apart from the class, which uses them.
 */
export interface Shape {
  readonly format: number
  readonly value: unknown
}

/** The value of a `C2` item. */
export interface LocalizedShape {
  readonly lsh: number
  readonly bytes: Uint8Array
}
