/**
 * System bytes: the number that ties a reply to its request. Pure.
 *
 * One counter for data and control messages of a connection, from 1 to 2^32 - 1 and round again. Both sides of a
 * connection count on their own, so equal numbers in both directions mean nothing.
 *
 * @see SEMI E37, system bytes
 * @since 0.1.0
 */

/**
 * The counter of one connection.
 *
 * @since 0.1.0
 */
export interface SystemBytes {
  /** The next number that is not in use. */
  readonly next: () => number
}

/**
 * @param start the first number given is the one after it
 * @param inUse tells numbers of open transactions, which are passed over
 *
 * @since 0.1.0
 */
export const make = (start: number, inUse: (systemBytes: number) => boolean): SystemBytes => {
  let last = start >>> 0
  return {
    next: () => {
      do last = last >= 0xffff_ffff ? 1 : last + 1
      while (inUse(last))
      return last
    }
  }
}

/**
 * Eight hexadecimal digits, as logs show them.
 *
 * @since 0.1.0
 */
export const format = (systemBytes: number): string => systemBytes.toString(16).padStart(8, "0")
