/** Has all providers asked for their models, and says what came of it. */

import { useMutation, useQueryClient } from '@tanstack/preact-query'
import type { Refresh } from '../../schemas/admin/runtime.schema.ts'
import { send } from '../data/api.ts'
import { count } from '../data/words.ts'

export function Recheck({ children }: { readonly children: string }) {
  const queries = useQueryClient()
  const { data, error, isPending, mutate } = useMutation({
    mutationFn: async () => await send<Refresh>('POST', '/runtime/refresh', {}),
    onSuccess: async () => await queries.invalidateQueries(),
  })
  const failed = data?.steps.filter(({ status }) => status === 'failed' || status === 'partial') ?? []
  return (
    <>
      {error !== null && <span role="alert">{error.message}</span>}
      {data !== undefined && (
        <span role="status" class="faint">
          {count(data.model_count)} models of {count(data.provider_count)} providers
          {failed.length > 0 && `, not complete: ${failed.map(({ name }) => name.replaceAll('_', ' ')).join(', ')}`}
        </span>
      )}
      <button type="button" disabled={isPending} onClick={() => mutate()}>
        {isPending ? 'Asking the providers …' : children}
      </button>
    </>
  )
}
