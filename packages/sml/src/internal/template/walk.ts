/**
 * A walk over a plan: the body of an open list as often as it comes, without recursion.
 */
import type { Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { Open, Plan } from "./plan.ts"

export interface Walker<E> {
  readonly item: (item: Item.Item) => Result.Result<void, E>
  readonly slot: (index: number) => Result.Result<void, E>
  /** Opens a list, and says how often its body comes: once where it is no open list. */
  readonly open: (step: Open) => Result.Result<number, E>
  /** Before each round. */
  readonly enter: (round: number) => void
  readonly close: () => Result.Result<void, E>
}

interface Opened {
  /** The step that opened it. */
  readonly start: number
  readonly rounds: number
  round: number
}

export const walk = <E>({ steps }: Plan, walker: Walker<E>): Result.Result<void, E> => {
  const opened: Array<Opened> = []
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at]!
    let done: Result.Result<void, E> = Result.void
    switch (step._tag) {
      case "Item":
        done = walker.item(step.item)
        break
      case "Slot":
        done = walker.slot(step.index)
        break
      case "Open": {
        const rounds = walker.open(step)
        if (Result.isFailure(rounds)) return Result.fail(rounds.failure)
        opened.push({ start: at, rounds: rounds.success, round: 0 })
        if (rounds.success > 0) walker.enter(0)
        else at = step.end - 1
        break
      }
      case "Close": {
        const list = opened[opened.length - 1]!
        if (++list.round < list.rounds) {
          walker.enter(list.round)
          at = list.start
        } else {
          opened.pop()
          done = walker.close()
        }
      }
    }
    if (Result.isFailure(done)) return done
  }
  return Result.void
}
