/** The names of the gateway's models, for fields that take one to suggest them. */

import { useQuery } from '@tanstack/preact-query'
import type { AdminModel } from '../../schemas/admin/models.schema.ts'
import { get } from '../data/api.ts'

export function ModelList({ id }: { readonly id: string }) {
  const { data = [] } = useQuery({ queryKey: ['models', 'all'], queryFn: async () => await get<AdminModel[]>('/models') })
  return (
    <datalist id={id}>
      {data.map(({ selector }) => (
        <option key={selector} value={selector} />
      ))}
    </datalist>
  )
}
