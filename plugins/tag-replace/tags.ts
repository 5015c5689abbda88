/** Tags like `{{tapline.date}}`, and what each stands for. */

import type { Exchange, Models } from '../../core/index.ts'
import type { WallClock } from './wall-clock.ts'

/** Undefined: the tag has no value here. */
type Value = (exchange: Exchange) => string | undefined

const tag = /\{\{\s*(?:tapline|gomodel)\.([a-z_]+)\s*\}\}/g

/** @param models tells which names are virtual; without it, none is */
export function tagValues(wall: WallClock, models: Models | undefined): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ['requested_model', ({ model }) => model],
    ['resolved_model', ({ targets }) => targets[0]?.model],
    ['virtual_model', exchange => (isVirtual(exchange, models) ? exchange.model : undefined)],
    ['provider_type', ({ targets }) => targets[0]?.provider.type],
    ['provider_name', ({ targets }) => targets[0]?.provider.name],
    ['user_path', ({ userPath }) => userPath],
    ['request_id', ({ id }) => id],
    ['session_id', ({ session }) => session],
    ['date', ({ clock }) => wall.date(clock.now())],
    ['time', ({ clock }) => wall.time(clock.now())],
    ['datetime', ({ clock }) => wall.datetime(clock.now())],
    ['weekday', ({ clock }) => wall.weekday(clock.now())],
  ])
}

/** Replaces the tags that are known; others stay as they are written. A value is never searched for tags. */
export function expand(text: string, exchange: Exchange, values: ReadonlyMap<string, Value>): string {
  return text.replace(tag, (written, name: string) => {
    const value = values.get(name)
    return value === undefined ? written : (value(exchange) ?? '')
  })
}

/** A name that stands for another model than the real one of that name, if there is one. */
function isVirtual({ model, targets: [target] }: Exchange, models: Models | undefined): boolean {
  if (target === undefined || models === undefined) return false
  const real = models.find(model)
  return real?.model !== target.model || real.provider !== target.provider
}
