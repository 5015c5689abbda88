/** What somebody looks for in a list that is there as a whole: a part of what stands in its rows. */

import { useParam } from './url.ts'

/** Whether one of the texts holds what is looked for; upper and lower case are alike. */
type Holds = (...texts: readonly (string | null | undefined)[]) => boolean

/** What the address says is looked for, and what tells whether a row has it. */
export function useSearch(): [search: string, holds: Holds] {
  const [search] = useParam('search')
  return [search, holding(search)]
}

export function holding(search: string): Holds {
  const wanted = search.toLowerCase()
  return (...texts) => wanted === '' || texts.some(text => text?.toLowerCase().includes(wanted) === true)
}
