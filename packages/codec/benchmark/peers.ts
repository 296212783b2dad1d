/**
 * What others make of the same workloads: secs4js, the most used SECS library for JavaScript, and msgpackr, the
 * fastest general codec, with its native string extraction where that loads.
 */
import * as assert from "node:assert/strict"
import { isNativeAccelerationEnabled, Packr } from "msgpackr"
import {
  type AbstractSecs2Item,
  Secs2ItemAscii,
  Secs2ItemBinary,
  Secs2ItemBoolean,
  Secs2ItemList,
  Secs2ItemNumeric,
  Secs2ItemParser,
  SecsItemType
} from "secs4js"
import type { Spec } from "./workloads.ts"

/** `moreTypes` keeps typed arrays typed; without it each becomes an array of numbers. */
export const packr = new Packr({ useRecords: false, moreTypes: true })

/** Objects by their keys once, then by a number for them: what msgpackr is fastest with. */
export const recordPackr = new Packr({ useRecords: true, structures: [], moreTypes: true })

export const msgpackrIsNative: boolean = isNativeAccelerationEnabled

export const secs4jsDecode = (bytes: Buffer): unknown => Secs2ItemParser.fromBuffer(bytes)

/** By class rather than by helper: `U1(...values)` overflows the call stack at 100 000 values. */
export const toSecs4js = (spec: Spec): AbstractSecs2Item => {
  switch (spec.format) {
    case "L":
      return new Secs2ItemList(spec.values.map(toSecs4js))
    case "A":
      return new Secs2ItemAscii(spec.values)
    case "B":
      return new Secs2ItemBinary(Buffer.from(spec.values))
    case "BOOLEAN":
      return new Secs2ItemBoolean([...spec.values])
    default:
      return new Secs2ItemNumeric(SecsItemType[spec.format], [...spec.values] as Array<number> | Array<bigint>)
  }
}

/** Throws unless secs4js read what was meant. */
export const assertSecs4js = (decoded: unknown, spec: Spec): void => {
  const pending: Array<readonly [AbstractSecs2Item, Spec]> = [
    [(decoded as { readonly item: AbstractSecs2Item }).item, spec]
  ]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [item, expected] = next
    assert.equal(item.type, SecsItemType[expected.format])
    if (expected.format === "L") {
      const children = item.value as ReadonlyArray<AbstractSecs2Item>
      assert.equal(children.length, expected.values.length)
      expected.values.forEach((value, i) => pending.push([children[i]!, value]))
    } else if (expected.format === "A") {
      assert.equal(item.value, expected.values)
    } else {
      const value = item.value
      assert.deepEqual(typeof value === "object" ? Array.from(value as Iterable<unknown>) : [value], expected.values)
    }
  }
}
