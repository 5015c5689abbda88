/** Who may use a model: shown, switched, and edited. */

import { useMutation } from '@tanstack/preact-query'
import { Link } from 'wouter-preact'
import type { AdminModel } from '../../../schemas/admin/models.schema.ts'
import { listIn, textIn } from '../../data/form.ts'
import { useVirtualModels } from '../../data/queries.ts'
import { ConfigBadge } from '../../parts/badge.tsx'
import { RecordForm } from '../../parts/record-form.tsx'
import { shownSelector, type Write } from './overrides.ts'

interface AccessProps {
  readonly model: AdminModel
  /** Whether the reader may change it. */
  readonly global: boolean
  edit(): void
  readonly write: Write
}

export function Access({ model: { selector, access }, global, edit, write }: AccessProps) {
  const { data } = useVirtualModels({ enabled: global })
  const own = data?.find(({ source }) => source === selector)
  const switching = useMutation({ mutationFn: async () => await write('PUT', '/virtual-models', { source: selector, enabled: !access.enabled }) })
  return (
    <>
      <p>
        {sentence(access)} <small class="faint">{reason(access.policy, selector)}</small> {own?.managed === true && <ConfigBadge />}
      </p>
      {switching.error !== null && <p role="alert">{switching.error.message}</p>}
      {data === undefined ? null : own?.managed === true ? (
        <p class="faint">The configuration declares its rule. Change it there.</p>
      ) : own?.kind === 'redirect' ? (
        <p class="faint">
          A virtual model has this name: see <Link href="/aliases">Virtual models</Link>.
        </p>
      ) : (
        <p class="actions">
          <button type="button" disabled={switching.isPending} onClick={() => switching.mutate()}>
            {access.enabled ? 'Disable' : 'Enable'}
          </button>
          <button type="button" onClick={edit}>
            Edit access
          </button>
        </p>
      )}
    </>
  )
}

/** @param policy the selector of the rule that decides */
function reason(policy: string | null, selector: string): string {
  if (policy === null) return 'By default.'
  return policy === selector ? '' : `By the rule for ${shownSelector(policy)}.`
}

function sentence({ enabled, user_paths: paths, groups }: AdminModel['access']): string {
  if (!enabled) return 'It is disabled: nobody may use it.'
  const some = [...paths, ...groups.map(group => `the group ${group}`)]
  return some.length === 0 ? 'Everybody may use it.' : `Only ${some.join(', ')} may use it.`
}

export function AccessForm({ model: { selector, access }, close, write }: { readonly model: AdminModel; readonly close: () => void; readonly write: Write }) {
  return (
    <RecordForm
      title={`Who may use ${selector}?`}
      fields={[
        { name: 'enabled', title: 'State', options: ['enabled', 'disabled'], value: access.enabled ? 'enabled' : 'disabled' },
        { name: 'user_paths', title: 'For user paths', value: access.user_paths.join(', '), hint: 'These and what is below, separated by commas.' },
        { name: 'groups', title: 'For groups', value: access.groups.join(', '), hint: 'Without paths and groups, it is for everybody.' },
      ]}
      close={close}
      save={async form =>
        await write('PUT', '/virtual-models', {
          source: selector,
          enabled: textIn(form, 'enabled') === 'enabled',
          user_paths: listIn(form, 'user_paths'),
          groups: listIn(form, 'groups'),
        })
      }
    />
  )
}
