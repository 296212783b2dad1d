/**
 * Chance that can be had again: the same seed gives the same rolls on every machine. Pure.
 *
 * A Weyl sequence through a 32-bit mixer. Good enough to choose faults with, and for nothing that has to be secret.
 */
export class Dice {
  #state: number

  /** `stream` tells apart what one seed is used for. */
  constructor(seed: number, stream = 0) {
    this.#state = (mix(seed >>> 0) ^ Math.imul(stream + 1, 0x9e3779b1)) >>> 0
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    return mix(this.#state)
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * n)
  }

  /** 1 to n, small ones more often: each power of two as likely as the next. */
  upTo(n: number): number {
    return 1 + this.below(Math.max(1, Math.floor(n / 2 ** this.below(Math.ceil(Math.log2(n + 1))))))
  }

  /** True once in n times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0
  }

  of<A>(list: readonly [A, ...ReadonlyArray<A>]): A {
    return list[this.below(list.length)]!
  }

  /** One of the keys, as often as its weight says; `undefined` where all weights are 0. */
  weighed<Key extends string>(weights: Readonly<Record<Key, number>>): Key | undefined {
    let total = 0
    for (const key in weights) total += weights[key]
    let left = (this.next() / 0x1_0000_0000) * total
    for (const key in weights) {
      left -= weights[key]
      if (left < 0) return key
    }
    return undefined
  }
}

const mix = (value: number): number => {
  let z = value
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}
