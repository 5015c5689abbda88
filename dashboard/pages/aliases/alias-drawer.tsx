/** One alias, whole: where calls go through which names, and who can get there. */

import { Link } from 'wouter-preact'
import type { VirtualModelView } from '../../../schemas/admin/virtual-models.schema.ts'
import { time } from '../../data/words.ts'
import { Badge } from '../../parts/badge.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Facts, type Fact } from '../../parts/facts.tsx'
import { Reachable } from './reachable.tsx'
import { nameOf, strategyName, usersOf } from './virtual-models.ts'

interface AliasDrawerProps {
  readonly model: VirtualModelView
  readonly all: readonly VirtualModelView[]
  readonly close: () => void
}

export function AliasDrawer({ model, all, close }: AliasDrawerProps) {
  return (
    <Dialog title={model.source} drawer close={close}>
      {model.description !== '' && <p class="faint">{model.description}</p>}
      <Facts facts={factsOf(model, all)} />
      <p class="stacked">
        <Link href={`/playground?model=${encodeURIComponent(model.source)}`}>Open in Playground</Link>
      </p>
      <h3>Where calls go</h3>
      <Chain model={model} all={new Map(all.filter(({ kind }) => kind === 'redirect').map(other => [other.source, other]))} />
      <h3>Who can reach it</h3>
      <Reachable model={model} all={all} />
    </Dialog>
  )
}

function factsOf(model: VirtualModelView, all: readonly VirtualModelView[]): readonly Fact[] {
  return [
    ['Now', model.resolved_model ?? 'leads nowhere'],
    ['Chosen by', strategyName(model)],
    ...Object.entries(model.strategy_config).map(([name, value]) => [name.replaceAll('_', ' '), JSON.stringify(value)] as const),
    ['Sessions', model.session_affinity && model.strategy !== 'failover' ? 'stay with their target' : 'may change targets'],
    ['If a target fails', model.failover ? 'the others follow in order' : 'the call fails'],
    ['Slowdown', model.slowdown],
    ['Labels', model.label_targets ? 'each call is labelled with its target' : ''],
    ['Target of', usersOf(model.source, all).join(', ')],
    [
      'State',
      [model.enabled ? 'enabled' : 'disabled', ...(model.locked ? ['locked'] : []), ...(model.managed ? ['stands in the configuration'] : [])].join(', '),
    ],
    ['Changed', model.updated_at && time(model.updated_at)],
  ]
}

interface ChainProps {
  readonly model: VirtualModelView
  readonly all: ReadonlyMap<string, VirtualModelView>
}

/** Its targets, and theirs. There are no circles; a target of an alias's own name is the real model. */
function Chain({ model, all }: ChainProps) {
  return (
    <ol class="chain">
      {model.targets.map(target => {
        const inner = nameOf(target) === model.source ? undefined : all.get(nameOf(target))
        return (
          <li key={nameOf(target)}>
            <code>{nameOf(target)}</code>
            {target.weight !== 1 && <small class="faint"> × {target.weight}</small>}
            {inner !== undefined && <small class="faint"> {strategyName(inner)}</small>} {!target.available && <Badge kind="bad">cannot serve now</Badge>}
            {inner !== undefined && <Chain model={inner} all={all} />}
          </li>
        )
      })}
    </ol>
  )
}
