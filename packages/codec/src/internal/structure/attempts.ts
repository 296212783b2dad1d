/**
 * What became of the options of a choice, when none fits: which of them says best what is wrong.
 */
import { choiceReason, type StructureReason } from "../../StructureError.ts"
import { fail, type Failed, fault } from "./leaf.ts"

interface Attempt {
  readonly reason: StructureReason
  /** From the choice to the culprit. */
  readonly path: ReadonlyArray<string | number>
}

export class Attempts {
  private readonly path: Array<string | number>
  private readonly from: number
  private readonly all: Array<Attempt> = []

  /** `path` is that of the reading or writing, and leads to the choice. */
  constructor(path: Array<string | number>) {
    this.path = path
    this.from = path.length
  }

  /** Notes why an option failed, unless it is tried again, and goes back to the choice. */
  note(isLast = true): void {
    if (isLast) this.all.push({ reason: fault.reason, path: this.path.slice(this.from) })
    this.path.length = this.from
  }

  /** Fails with the reason of the option that came farthest, where one came farther than the others; else with all. */
  fail(): Failed {
    const farthest = Math.max(...this.all.map(({ path }) => path.length))
    const best = this.all.filter(({ path }) => path.length === farthest)
    if (farthest > 0 && best.length === 1) {
      this.path.push(...best[0]!.path)
      return fail(best[0]!.reason)
    }
    return fail({ _tag: "NoChoice", reasons: this.all.map(({ path, reason }) => choiceReason(path, reason)) })
  }
}
