/**
 * Words with which logs say what became of a message, as sources of regular expressions without regard to case. Pure.
 *
 * They stand here once, for whoever reads what logs write around messages.
 *
 * @since 0.1.0
 */

/**
 * Whoever writes the log sent it: `SEND`, `Tx`, `transmitted`.
 *
 * @since 0.1.0
 */
export const sent = "sends?|sent|sending|snd|txd?|transmit(?:s|ted|ting)?|outgoing|outbound"

/**
 * Whoever writes the log received it: `RECV`, `Rx`, `received`.
 *
 * @since 0.1.0
 */
export const received = "receives?|received|receiving|recvd?|rcvd?|rxd?|incoming|inbound"

/**
 * What system bytes are called: `SystemBytes`, `sb`, `transaction id`.
 *
 * @since 0.1.0
 */
export const systemBytes = String.raw`(?:system[\s_-]?bytes?|sys[\s_-]?bytes?|sysb|sb|txn?[\s_-]?id|trans(?:action)?[\s_-]?id)`

/**
 * What a session id is called: `session`, `DeviceID`, `dev_id`.
 *
 * @since 0.1.0
 */
export const sessionId = String.raw`(?:(?:device|dev|session|sess)[\s_-]?id|session|device)`
