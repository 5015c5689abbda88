/** What a page shows is part of its address, so that it can be shared, and found again. */

import { useSearchParams } from 'wouter-preact'

/** One parameter of the address. An empty text takes it out. Whoever changes a filter begins with the first page. */
export function useParam(name: string, byDefault = ''): [string, (value: string) => void] {
  const [params, setParams] = useSearchParams()
  const set = (value: string) =>
    setParams(
      old => {
        const next = new URLSearchParams(old)
        if (value === byDefault) next.delete(name)
        else next.set(name, value)
        if (!isPage(name) && name !== 'open') beginAnew(next)
        return next
      },
      { replace: name !== 'open' },
    )
  return [params.get(name) ?? byDefault, set]
}

/** Of the table that is turned most, `page`; of another one on the same page, `NAME-page`. */
function isPage(name: string): boolean {
  return name === 'page' || name.endsWith('-page')
}

function beginAnew(params: URLSearchParams): void {
  for (const name of [...params.keys()].filter(isPage)) params.delete(name)
}

export interface Range {
  readonly days?: string
  readonly start_date?: string
  readonly end_date?: string
}

/** The dates that the page is about, as the admin API is asked for them; a week by default. */
export function useRange(): [Range & Record<string, string>, (range: Range) => void] {
  const [params, setParams] = useSearchParams()
  const given = Object.fromEntries(['days', 'start_date', 'end_date'].flatMap(name => (params.get(name) === null ? [] : [[name, params.get(name) as string]])))
  const set = (range: Range) =>
    setParams(old => {
      const next = new URLSearchParams(old)
      for (const name of ['days', 'start_date', 'end_date']) next.delete(name)
      beginAnew(next)
      for (const [name, value] of Object.entries(range)) if (value !== '') next.set(name, value)
      return next
    })
  return [Object.keys(given).length === 0 ? { days: '7' } : given, set]
}

/** The address of another page about the same days. @param path below the address of the dashboard */
export function addressOf(path: string, range: Range, filters: Readonly<Record<string, string>> = {}): string {
  return `${path}?${new URLSearchParams({ ...range, ...filters })}`
}
