/** Reads what a collector is sent: OTLP in JSON and in protobuf, as the same plain values. https://github.com/open-telemetry/opentelemetry-proto */

export interface CollectedSpan {
  readonly name: string
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT'
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly attributes: Readonly<Record<string, unknown>>
  /** 2 is an error. */
  readonly status: number
  readonly message: string
  readonly startMs: number
  readonly endMs: number
  readonly events: number
  readonly resource: Readonly<Record<string, unknown>>
}

/** One series of a histogram. */
export interface CollectedSeries {
  readonly name: string
  readonly unit: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly count: number
  readonly sum: number
  readonly bounds: readonly number[]
}

type Members = Readonly<Record<string, any>>
type Field = readonly [name: string, type: 'text' | 'hex' | 'int' | 'bool' | 'double' | 'fixed' | 'doubles' | 'skip' | (() => Message), repeated?: 'many']
type Message = Readonly<Record<number, Field>>

const anyValue: Message = {
  1: ['stringValue', 'text'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int'],
  4: ['doubleValue', 'double'],
  5: ['arrayValue', () => ({ 1: ['values', () => anyValue, 'many'] })],
}
const attributes: Field = ['attributes', () => ({ 1: ['key', 'text'], 2: ['value', () => anyValue] }), 'many']
const resource: Field = ['resource', () => ({ 1: attributes })]
const span: Message = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  4: ['parentSpanId', 'hex'],
  5: ['name', 'text'],
  6: ['kind', 'int'],
  7: ['startTimeUnixNano', 'fixed'],
  8: ['endTimeUnixNano', 'fixed'],
  9: attributes,
  11: ['events', () => ({}), 'many'],
  15: ['status', () => ({ 2: ['message', 'text'], 3: ['code', 'int'] })],
}
const point: Message = { 4: ['count', 'fixed'], 5: ['sum', 'double'], 7: ['explicitBounds', 'doubles'], 9: attributes }
const metric: Message = { 1: ['name', 'text'], 3: ['unit', 'text'], 9: ['histogram', () => ({ 1: ['dataPoints', () => point, 'many'] })] }
const traces: Message = { 1: ['resourceSpans', () => ({ 1: resource, 2: ['scopeSpans', () => ({ 2: ['spans', () => span, 'many'] }), 'many'] }), 'many'] }
const metrics: Message = {
  1: ['resourceMetrics', () => ({ 1: resource, 2: ['scopeMetrics', () => ({ 2: ['metrics', () => metric, 'many'] }), 'many'] }), 'many'],
}

export function spansIn(type: string, body: Buffer): CollectedSpan[] {
  const { resourceSpans = [] } = read(traces, type, body)
  return resourceSpans.flatMap((group: Members) =>
    group['scopeSpans'].flatMap(({ spans }: Members) =>
      spans.map((one: Members): CollectedSpan => ({
        name: one['name'],
        kind: (['', 'INTERNAL', 'SERVER', 'CLIENT'] as const)[Number(one['kind'])] as CollectedSpan['kind'],
        traceId: one['traceId'],
        spanId: one['spanId'],
        parentSpanId: one['parentSpanId'] ?? '',
        attributes: plain(one['attributes']),
        status: Number(one['status']?.code ?? 0),
        message: one['status']?.message ?? '',
        startMs: Number(one['startTimeUnixNano']) / 1e6,
        endMs: Number(one['endTimeUnixNano']) / 1e6,
        events: one['events']?.length ?? 0,
        resource: plain(group['resource']?.attributes),
      })),
    ),
  )
}

export function seriesIn(type: string, body: Buffer): CollectedSeries[] {
  const { resourceMetrics = [] } = read(metrics, type, body)
  return resourceMetrics.flatMap((group: Members) =>
    group['scopeMetrics'].flatMap(({ metrics: all }: Members) =>
      all.flatMap(({ name, unit, histogram }: Members) =>
        histogram.dataPoints.map((one: Members): CollectedSeries => ({
          name,
          unit,
          attributes: plain(one['attributes']),
          count: Number(one['count']),
          sum: one['sum'],
          bounds: one['explicitBounds'],
        })),
      ),
    ),
  )
}

function read(message: Message, type: string, body: Buffer): Members {
  return type === 'application/json' ? (JSON.parse(body.toString()) as Members) : decode(message, body)
}

function plain(list: readonly Members[] = []): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, valueOf(value)]))
}

function valueOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: Members): unknown {
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(valueOf)
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue))
}

function decode(message: Message, bytes: Buffer): Members {
  const value: Record<string, unknown> = {}
  let at = 0
  const varint = () => {
    let [number, factor, byte] = [0, 1, 0]
    do {
      byte = bytes[at++] as number
      number += (byte & 0x7f) * factor
      factor *= 128
    } while (byte >= 128)
    return number
  }
  while (at < bytes.length) {
    const tag = varint()
    const [name, type, repeated]: Field = message[tag >>> 3] ?? ['', 'skip']
    const wire = tag & 7
    const length = wire === 2 ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : 0
    const number = wire === 0 ? varint() : 0
    const part = bytes.subarray(at, (at += length))
    if (type === 'skip') continue
    const one = valueIn(type, part, number)
    value[name] = repeated === undefined ? one : [...((value[name] as unknown[] | undefined) ?? []), one]
  }
  return value
}

function valueIn(type: Exclude<Field[1], 'skip'>, part: Buffer, number: number): unknown {
  if (typeof type === 'function') return decode(type(), part)
  switch (type) {
    case 'text':
      return part.toString()
    case 'hex':
      return part.toString('hex')
    case 'int':
      return number
    case 'bool':
      return number === 1
    case 'double':
      return part.readDoubleLE()
    case 'fixed':
      return part.readBigUInt64LE()
    case 'doubles':
      return Array.from({ length: part.length / 8 }, (_, i) => part.readDoubleLE(i * 8))
  }
}
