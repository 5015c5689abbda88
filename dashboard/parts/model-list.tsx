/** The names of the gateway's models, for fields that take one to suggest them. */

import { useModels } from '../data/queries.ts'

export function ModelList({ id }: { readonly id: string }) {
  const { data = [] } = useModels()
  return (
    <datalist id={id}>
      {data.map(({ selector }) => (
        <option key={selector} value={selector} />
      ))}
    </datalist>
  )
}
