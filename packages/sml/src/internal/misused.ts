/** Says in one sentence what a caller passed instead of what was expected. */
export const misused = (fault: {
  readonly argument: string
  readonly expected: string
  readonly seen: string
}): string => `${fault.argument} is ${fault.seen}: expected ${fault.expected}`
