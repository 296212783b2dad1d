/**
 * Numbers with what they count. Pure.
 *
 * @since 0.1.0
 */

/**
 * `1 file`, `2 files`
 *
 * @since 0.1.0
 */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`
