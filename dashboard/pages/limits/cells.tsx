/** The cells that the tables of budgets and of rate limits have in common. */

import { ConfigBadge } from '../../parts/badge.tsx'
import { Meter } from '../../parts/meter.tsx'
import type { Rule } from './rules.ts'

/** Whom a rule is for. A template stands once for each child that it counted, or by itself while there is none. */
export function whose({ scope, subject, effective_subject: child, per_child: perChild }: Rule) {
  return (
    <>
      {child ?? subject}
      <small class="under">{perChild ? `each path below ${subject}` : scope.replace('_', ' ')}</small>
    </>
  )
}

interface GaugeProps {
  readonly used: number
  readonly of: number
  readonly children: string
}

export function Gauge({ used, of, children: text }: GaugeProps) {
  return (
    <span class="gauge">
      <Meter used={used} most={of} label={text} />
      <small class="under">{text}</small>
    </span>
  )
}

interface ActionsProps {
  readonly rule: Rule
  readonly edit: () => void
  readonly reset: () => void
  readonly remove: () => void
}

/** What stands in the configuration is changed there; what is used of it begins anew all the same. */
export function Actions({ rule: { source }, edit, reset, remove }: ActionsProps) {
  return (
    <span class="actions">
      {source === 'config' ? (
        <ConfigBadge />
      ) : (
        <button type="button" onClick={edit}>
          Edit
        </button>
      )}
      <button type="button" onClick={reset}>
        Reset
      </button>
      {source === 'manual' && (
        <button type="button" onClick={remove}>
          Delete
        </button>
      )}
    </span>
  )
}
