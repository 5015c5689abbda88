/** How a provider is doing, in a word: by what is known of its models first, then by what requests met. */

import type { BreakerSource, ModelInventory } from '../../core/index.ts'

export interface State {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly status_label: string
  readonly status_reason: string
}

interface Rule extends State {
  readonly when: (inventory: ModelInventory) => boolean
}

const hasModels = ({ entries }: ModelInventory) => entries.size > 0
const hasFailed = ({ lastFetch: { error } }: ModelInventory) => error !== undefined

/** The first that holds counts. */
const rules: readonly Rule[] = [
  { when: ({ isAsked, entries }) => !isAsked && entries.size > 0, status: 'healthy', status_label: 'Healthy', status_reason: 'its models are configured' },
  { when: ({ isAsked }) => !isAsked, status: 'degraded', status_label: 'Configured', status_reason: 'it has no models' },
  { when: inventory => inventory.state === 'loading', status: 'degraded', status_label: 'Starting', status_reason: 'its models were not listed yet' },
  { when: inventory => !hasFailed(inventory) && hasModels(inventory), status: 'healthy', status_label: 'Healthy', status_reason: 'its models are listed' },
  { when: inventory => !hasFailed(inventory), status: 'degraded', status_label: 'Configured', status_reason: 'it lists no models' },
  {
    when: inventory => hasModels(inventory) && inventory.lastFetch.succeededAt === undefined,
    status: 'degraded',
    status_label: 'Configured',
    status_reason: 'its models could not be listed; the configured ones stand',
  },
  { when: hasModels, status: 'degraded', status_label: 'Offline', status_reason: 'its models could not be listed the last time; an earlier list stands' },
  { when: () => true, status: 'unhealthy', status_label: 'Unhealthy', status_reason: 'its models could not be listed, and none are known' },
]

const byBreaker = {
  open: { status_label: 'Circuit Open', status_reason: 'it failed again and again; calls are kept back for a while' },
  'half-open': { status_label: 'Recovering', status_reason: 'it failed again and again; a call now and then shows whether it is back' },
}

/** Requests can only make it look worse. */
export function stateOf(inventory: ModelInventory, circuit: ReturnType<BreakerSource['stateOf']>, isFlagged: boolean): State {
  const { status, status_label, status_reason } = rules.find(({ when }) => when(inventory)) as Rule
  const known: State = { status, status_label, status_reason }
  if (status === 'unhealthy') return known
  if (circuit === 'open' || circuit === 'half-open') return { status: 'degraded', ...byBreaker[circuit] }
  return isFlagged ? { status: 'degraded', status_label: 'Degraded', status_reason: 'many requests for some of its models fail' } : known
}

/** None configured is as bad as some that fail. */
export function overall(states: readonly State['status'][]): State['status'] {
  const [first, ...more] = new Set(states)
  return first === undefined || more.length > 0 ? 'degraded' : first
}
