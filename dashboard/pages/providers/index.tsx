/** The providers: whether they answer, and if not, why; those that administrators add are edited here. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { ProviderCredentialView, ProviderCredentialWrite, ProviderTypeView } from '../../../schemas/admin/provider-credentials.schema.ts'
import type { ProviderStatus } from '../../../schemas/admin/providers.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get, Refusal, send } from '../../data/api.ts'
import { useProviders } from '../../data/queries.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Recheck } from '../../parts/recheck.tsx'
import { Empty, Waiting } from '../../parts/states.tsx'
import { ProviderCard, type Action } from './card.tsx'
import { switched } from './credentials.ts'
import { ProviderForm } from './form.tsx'

type Asked = { readonly edit: ProviderCredentialView | undefined } | { readonly remove: ProviderCredentialView }

export function ProvidersPage({ reach }: { readonly reach: Reach }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const status = useProviders({ refetchInterval: 10_000 })
  const credentials = useQuery({
    queryKey: ['provider-credentials'],
    queryFn: async () => await get<ProviderCredentialView[]>('/provider-credentials'),
  })
  const types = useQuery({
    queryKey: ['provider-credentials', 'types'],
    queryFn: async () => await get<ProviderTypeView[]>('/provider-credentials/types'),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const change = async (method: 'PUT' | 'DELETE' | 'POST', path: string, body?: object) => {
    await send(method, path, body)
    close()
    await queries.invalidateQueries()
  }
  const acting = useMutation({
    mutationFn: async ({ action, of }: { readonly action: Action; readonly of: ProviderCredentialView }) => {
      if (action === 'reset') await change('POST', `/providers/${encodeURIComponent(of.name)}/circuit-breaker/reset`, {})
      else await change('PUT', '/provider-credentials', switched(of, action === 'enable'))
    },
  })
  const act = (action: Action, of: ProviderCredentialView) => {
    if (action === 'edit') setAsked({ edit: of })
    else if (action === 'remove') setAsked({ remove: of })
    else acting.mutate({ action, of })
  }
  const save = async (write: ProviderCredentialWrite) => {
    const isNew = asked !== undefined && 'edit' in asked && asked.edit === undefined
    if (isNew && credentials.data?.some(({ name }) => name === write.name) === true)
      throw new Refusal(409, { message: `There is already a provider ${write.name}.`, param: 'name' })
    await change('PUT', '/provider-credentials', write)
  }
  return (
    <>
      <header class="head">
        <h1>Providers</h1>
        <span class="actions">
          <Recheck>Recheck now</Recheck>
          <button type="button" class="first" disabled={types.data === undefined} onClick={() => setAsked({ edit: undefined })}>
            Add a provider
          </button>
        </span>
      </header>
      {!reach.isOn('ENCRYPTION_KEY') && credentials.data?.some(({ managed }) => !managed) === true && (
        <p class="banner">Keys that are added here are stored unencrypted: this gateway has no encryption key.</p>
      )}
      {acting.error !== null && <p role="alert">{acting.error.message}</p>}
      {status.data === undefined ? (
        <Waiting error={status.error} retry={status.refetch} />
      ) : (
        <Cards status={status.data.providers} credentials={credentials.data ?? []} act={act} isLogged={reach.isOn('LOGGING_ENABLED')} />
      )}
      {asked !== undefined && 'edit' in asked && types.data !== undefined && <ProviderForm types={types.data} edited={asked.edit} close={close} save={save} />}
      {asked !== undefined && 'remove' in asked && (
        <Confirm
          title={`Delete ${asked.remove.name}?`}
          text="Its keys are forgotten. Running calls finish; later ones for its models are refused."
          verb="Delete"
          close={close}
          act={async () => await change('DELETE', `/provider-credentials/${encodeURIComponent(asked.remove.name)}`)}
        />
      )}
    </>
  )
}

interface CardsProps {
  readonly status: readonly ProviderStatus[]
  readonly credentials: readonly ProviderCredentialView[]
  readonly isLogged: boolean
  act(action: Action, of: ProviderCredentialView): void
}

/** Those that are disabled, or cannot be set up, have credentials and no status. */
function Cards({ status, credentials, isLogged, act }: CardsProps) {
  const names = [...new Set([...status, ...credentials].map(({ name }) => name))].toSorted()
  if (names.length === 0) return <Empty>There is no provider.</Empty>
  return (
    <div class="panels">
      {names.map(name => (
        <ProviderCard
          key={name}
          status={status.find(one => one.name === name)}
          credential={credentials.find(one => one.name === name)}
          isLogged={isLogged}
          act={act}
        />
      ))}
    </div>
  )
}
