/**
 * The ten bytes at the head of every HSMS message, and the codes they carry, by name. Pure.
 *
 * @see SEMI E37, message format
 * @since 0.1.0
 */
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import type { SecsMessage } from "./SecsMessage.ts"

/**
 * Bytes of a header.
 *
 * @since 0.1.0
 */
export const length = 10

/**
 * Session id of control messages that concern the connection.
 *
 * @since 0.1.0
 */
export const controlSessionId = 0xffff

/**
 * SType of each HSMS message.
 *
 * @since 0.1.0
 */
export const SType = {
  Data: 0,
  SelectReq: 1,
  SelectRsp: 2,
  DeselectReq: 3,
  DeselectRsp: 4,
  LinktestReq: 5,
  LinktestRsp: 6,
  RejectReq: 7,
  SeparateReq: 9
} as const

/**
 * Status of Select.rsp. 7 to 127 are reserved for subsidiary standards, 128 to 255 for the local entity.
 *
 * @since 0.1.0
 */
export const SelectStatus = {
  /** The session is established. */
  Ok: 0,
  /** It was established before, on this connection. */
  AlreadyActive: 1,
  /** The entity is not ready to accept a session. */
  NotReady: 2,
  /** The entity serves another connection. */
  Exhausted: 3,
  /** HSMS-GS: no entity has this session id. */
  NoSuchEntity: 4,
  /** HSMS-GS: the entity is selected on another connection. */
  EntityInUse: 5,
  /** HSMS-GS: the entity is selected on this connection. */
  EntitySelected: 6
} as const

/**
 * Status of Deselect.rsp.
 *
 * @since 0.1.0
 */
export const DeselectStatus = {
  /** The session has ended. */
  Ok: 0,
  /** There was none. */
  NotEstablished: 1,
  /** It cannot end now. */
  Busy: 2
} as const

/**
 * Reason of Reject.req.
 *
 * @since 0.1.0
 */
export const RejectReason = {
  STypeNotSupported: 1,
  PTypeNotSupported: 2,
  TransactionNotOpen: 3,
  EntityNotSelected: 4
} as const

const nameIn =
  (table: { readonly [name: string]: number }, what: string) =>
  (code: number): string =>
    Object.keys(table).find((name) => table[name] === code) ?? `${what} ${code}`

/**
 * Name of a Select.rsp status, or the number where the standard gives none.
 *
 * @since 0.1.0
 */
export const selectStatusName = nameIn(SelectStatus, "select status")

/**
 * @since 0.1.0
 */
export const deselectStatusName = nameIn(DeselectStatus, "deselect status")

/**
 * @since 0.1.0
 */
export const rejectReasonName = nameIn(RejectReason, "reject reason")

/**
 * @since 0.1.0
 */
export const sTypeName = nameIn(SType, "SType")

/**
 * A header. Its constructor checks nothing, as any ten bytes are one; the Schema `Header` does.
 *
 * @since 0.1.0
 */
export class HsmsHeader {
  /** 0 to 65 535: device id of data under HSMS-SS, `controlSessionId` for control messages. */
  readonly sessionId: number
  /** Data: W-bit and stream. Reject.req: what was rejected. */
  readonly byte2: number
  /** Data: function. Select.rsp and Deselect.rsp: status. Reject.req: reason. */
  readonly byte3: number
  /** 0 is SECS-II. */
  readonly pType: number
  readonly sType: number
  /** 0 to 2^32 - 1: ties a reply to its request. */
  readonly systemBytes: number

  constructor(sessionId: number, byte2: number, byte3: number, pType: number, sType: number, systemBytes: number) {
    this.sessionId = sessionId
    this.byte2 = byte2
    this.byte3 = byte3
    this.pType = pType
    this.sType = sType
    this.systemBytes = systemBytes
  }

  get stream(): number {
    return this.byte2 & 0x7f
  }

  get function(): number {
    return this.byte3
  }

  get replyExpected(): boolean {
    return (this.byte2 & 0x80) !== 0
  }

  [Equal.symbol](that: unknown): boolean {
    return (
      that instanceof HsmsHeader &&
      this.systemBytes === that.systemBytes &&
      this.sessionId === that.sessionId &&
      this.byte2 === that.byte2 &&
      this.byte3 === that.byte3 &&
      this.pType === that.pType &&
      this.sType === that.sType
    )
  }

  [Hash.symbol](): number {
    return Hash.combine(this.systemBytes | 0, (this.sessionId << 16) | (this.byte2 << 8) | this.byte3)
  }

  /** `S1F1 W session 10 [0a0b0c0d]`, `SelectReq session 65535 [00000001]` */
  toString(): string {
    const what =
      this.sType === SType.Data && this.pType === 0
        ? `S${this.stream}F${this.function}${this.replyExpected ? " W" : ""}`
        : this.pType === 0
          ? sTypeName(this.sType)
          : `PType ${this.pType} SType ${this.sType}`
    return `${what} session ${this.sessionId} [${this.systemBytes.toString(16).padStart(8, "0")}]`
  }
}

/**
 * The header of a data message.
 *
 * @since 0.1.0
 */
export const data = (sessionId: number, message: SecsMessage, systemBytes: number): HsmsHeader =>
  new HsmsHeader(
    sessionId,
    (message.replyExpected ? 0x80 : 0) | message.stream,
    message.function,
    0,
    SType.Data,
    systemBytes
  )

/**
 * Reads the header at `offset`. The caller has made sure that ten bytes are there: a `FrameDecoder` yields no less.
 *
 * @since 0.1.0
 */
export const read = (bytes: Uint8Array, offset: number): HsmsHeader =>
  new HsmsHeader(
    (bytes[offset]! << 8) | bytes[offset + 1]!,
    bytes[offset + 2]!,
    bytes[offset + 3]!,
    bytes[offset + 4]!,
    bytes[offset + 5]!,
    ((bytes[offset + 6]! << 24) | (bytes[offset + 7]! << 16) | (bytes[offset + 8]! << 8) | bytes[offset + 9]!) >>> 0
  )

/**
 * Writes ten bytes at `offset`.
 *
 * @since 0.1.0
 */
export const write = (header: HsmsHeader, bytes: Uint8Array, offset: number): void => {
  const { systemBytes } = header
  bytes[offset] = header.sessionId >>> 8
  bytes[offset + 1] = header.sessionId
  bytes[offset + 2] = header.byte2
  bytes[offset + 3] = header.byte3
  bytes[offset + 4] = header.pType
  bytes[offset + 5] = header.sType
  bytes[offset + 6] = systemBytes >>> 24
  bytes[offset + 7] = systemBytes >>> 16
  bytes[offset + 8] = systemBytes >>> 8
  bytes[offset + 9] = systemBytes
}

/**
 * The ten bytes, as Reject.req and the MHEAD of stream 9 repeat them.
 *
 * @since 0.1.0
 */
export const toBytes = (header: HsmsHeader): Uint8Array => {
  const bytes = new Uint8Array(length)
  write(header, bytes, 0)
  return bytes
}

const unsigned = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

/**
 * Field by field, with ranges.
 *
 * @since 0.1.0
 */
export const HsmsHeaderParts = Schema.Struct({
  sessionId: unsigned(0xffff),
  byte2: unsigned(0xff),
  byte3: unsigned(0xff),
  pType: unsigned(0xff),
  sType: unsigned(0xff),
  systemBytes: unsigned(0xffff_ffff)
})

const isParts = Schema.is(HsmsHeaderParts)

/**
 * The Schema of a header: an `HsmsHeader` whose fields are in range.
 *
 * @since 0.1.0
 */
export const Header: Schema.declare<HsmsHeader> = Schema.declare(
  (u: unknown): u is HsmsHeader => u instanceof HsmsHeader && isParts(u),
  {
    expected: "HSMS header",
    toCodec: () =>
      Schema.link<HsmsHeader>()(HsmsHeaderParts, {
        decode: SchemaGetter.transform(
          (parts: typeof HsmsHeaderParts.Type) =>
            new HsmsHeader(parts.sessionId, parts.byte2, parts.byte3, parts.pType, parts.sType, parts.systemBytes)
        ),
        encode: SchemaGetter.transform(({ byte2, byte3, pType, sType, sessionId, systemBytes }: HsmsHeader) => ({
          sessionId,
          byte2,
          byte3,
          pType,
          sType,
          systemBytes
        }))
      })
  }
)
