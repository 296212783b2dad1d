/**
 * Scenarios: conversations that prove requirements on the wire.
 *
 * They are data, so that the tests that run them, the gate that counts them and the document that shows them speak of the
 * same ones. A title cites what it proves in brackets at its end, as the title of any test does.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { citedIn, type Combination, type Run } from "./coverage.ts"
import { modes, roles, transports, type Where } from "./requirements.ts"

/**
 * @since 0.1.0
 */
export interface Scenario<Stage> {
  /** Without the ids. */
  readonly title: string
  /** Ids of requirements. */
  readonly proves: ReadonlyArray<string>
  readonly where: Where
  readonly run: (at: Stage) => Effect.Effect<void, unknown, Scope.Scope>
}

/**
 * Makes scenarios that run over both transports, on both sides and in both roles, unless told.
 *
 * @since 0.1.0
 */
export const scenarios =
  <Stage>(where: Partial<Where> = {}) =>
  <E>(title: string, run: (at: Stage) => Effect.Effect<void, E, Scope.Scope>): Scenario<Stage> => {
    const cited = citedIn(title)
    return {
      title: cited?.title ?? title,
      proves: cited?.ids ?? [],
      where: { transports, modes, roles, ...where },
      run
    }
  }

/**
 * Every combination, each once.
 *
 * @since 0.1.0
 */
export const combinations = (where: Where): ReadonlyArray<Combination> =>
  where.transports.flatMap((transport) =>
    where.modes.flatMap((mode) => where.roles.map((role) => ({ transport, mode, role })))
  )

/**
 * What the scenarios of a file run, by requirement.
 *
 * @since 0.1.0
 */
export const runs = (path: string, all: ReadonlyArray<Scenario<never>>): ReadonlyArray<Run> =>
  all.flatMap(({ proves, title, where }) =>
    proves.flatMap((id) => combinations(where).map((one) => ({ ...one, id, path, title })))
  )

/**
 * The outcome of a run. Of one whose requirement is known to fail, which `known` says why, that is the failure.
 *
 * @since 0.1.0
 */
export const judged = <E, R>(run: Effect.Effect<void, E, R>, known: string | undefined): Effect.Effect<void, E, R> =>
  known === undefined
    ? run
    : Effect.flatMap(Effect.exit(run), (exit) =>
        Exit.hasInterrupts(exit)
          ? Effect.interrupt
          : Exit.isSuccess(exit)
            ? Effect.die(new Error(`passes, although it is listed as an expected failure: ${known}`))
            : Effect.void
      )
