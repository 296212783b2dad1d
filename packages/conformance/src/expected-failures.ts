/**
 * Requirements that are known to fail, and why. Pure data.
 *
 * The scenarios of such a requirement run as all do, in every combination, and prove nothing else. Each of their runs has
 * to fail: one that passes fails the tests until the requirement is taken off this list.
 *
 * The list may only shrink. A test holds it against every version of this file in the history of the repository and fails
 * on an id that one of them does not have.
 *
 * @since 0.1.0
 */
export const expectedFailures: Readonly<Record<string, string>> = {}
