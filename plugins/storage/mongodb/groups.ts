/** Groups of rows, summed in this process: servers that speak MongoDB's protocol differ most in how they aggregate. */

import type { Document } from 'mongodb'
import type { EncodedSum } from '../shared/backend.ts'
import type { ShapedColumn } from '../shared/definition.ts'
import type { Value } from '../shared/row-codec.ts'
import { nameOf } from './conditions.ts'

interface Group {
  readonly key: readonly Value[]
  readonly period: number
  count: number
  readonly sums: (number | null)[]
  latest: { readonly id: string; readonly timestamp: number } | undefined
}

/** What some rows add to their group. */
export interface Share {
  readonly rows: number
  /** By measure, in their order. */
  readonly sums: readonly (number | null)[]
  readonly newest?: { readonly id: string; readonly timestamp: number } | undefined
}

export class Groups {
  readonly #by: readonly ShapedColumn[]
  readonly #groups = new Map<string, Group>()

  constructor(by: readonly ShapedColumn[]) {
    this.#by = by
  }

  /** What has a list of texts counts once in each of them, and not at all without one. */
  add(period: number, document: Document, share: Share): void {
    for (const key of keysOf(this.#by.map(column => valuesOf(column, document)))) this.#share(period, key, share)
  }

  /** By period, then key, nulls first; or the newest first. */
  sorted(order: 'key' | 'latest'): readonly EncodedSum[] {
    return [...this.#groups.values()].sort(
      (one, other) => (order === 'latest' ? newestFirst(one, other) : 0) || one.period - other.period || compareKeys(one.key, other.key),
    )
  }

  #share(period: number, key: readonly Value[], { rows, sums, newest }: Share): void {
    const text = JSON.stringify([period, key])
    const group = this.#groups.get(text) ?? { key, period, count: 0, sums: sums.map(() => null), latest: undefined }
    this.#groups.set(text, group)
    group.count += rows
    for (const [index, sum] of sums.entries()) if (sum !== null) group.sums[index] = (group.sums[index] ?? 0) + sum
    if (newest !== undefined && (group.latest === undefined || isNewer(newest, group.latest))) group.latest = newest
  }
}

function valuesOf({ name, type }: ShapedColumn, document: Document): readonly Value[] {
  const value: unknown = document[nameOf(name)] ?? null
  return type === 'texts' ? ((value as readonly string[] | null) ?? []) : [value as Value]
}

/** One key for each combination of values. */
function keysOf(lists: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  return lists.reduce<readonly (readonly Value[])[]>((keys, values) => keys.flatMap(key => values.map(value => [...key, value])), [[]])
}

type Newest = NonNullable<Group['latest']>

function isNewer(one: Newest, other: Newest): boolean {
  return one.timestamp > other.timestamp || (one.timestamp === other.timestamp && compare(one.id, other.id) > 0)
}

function newestFirst({ latest: one }: Group, { latest: other }: Group): number {
  return one === undefined || other === undefined ? 0 : isNewer(one, other) ? -1 : 1
}

function compareKeys(one: readonly Value[], other: readonly Value[]): number {
  for (const [index, value] of one.entries()) {
    const order = compare(value, other[index] ?? null)
    if (order !== 0) return order
  }
  return 0
}

/** Texts by code points, as databases do. */
function compare(one: Value, other: Value): number {
  if (one === null || other === null) return one === other ? 0 : one === null ? -1 : 1
  return typeof one === 'number' && typeof other === 'number' ? one - other : Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
}
