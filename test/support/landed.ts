/** Takes out of the default pipelines what has not been written yet. To be deleted when everything has. */

import { existsSync } from 'node:fs'

const isThere = (plugin: string) => existsSync(new URL(`../../plugins/${plugin}/index.ts`, import.meta.url))

export function landed(pipelines: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  if (isThere('metrics')) return pipelines
  const own = (pipelines['inference'] as readonly unknown[] | undefined) ?? []
  return { metrics: 'off', ...pipelines, inference: [{ remove: 'metrics' }, ...own] }
}
