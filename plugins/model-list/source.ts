/** Where a list of models is read from: again only where it is another one than the last time. */

import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { downloaded } from './download.ts'

export interface Source {
  /** Whether it is on this machine, so that the start may wait for it. */
  readonly isNear: boolean
  /** For logs: nothing of it is secret. */
  readonly shown: string
  /** @returns undefined if it is as it was the last time that `accept` was called. @throws Error if it cannot be had */
  read(): Promise<{ readonly text: string; accept(): void } | undefined>
}

/** @param place an address (http, https, file) or a path. @throws Error if it is none */
export function sourceOf(place: string): Source {
  const url = URL.parse(place)
  if (url !== null && /^https?:$/.test(url.protocol)) return download(url)
  if (url?.protocol === 'file:') return file(fileURLToPath(url))
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(place)) throw new Error('cache.model.model_list.url begins with https://, http:// or file://, or is a path')
  return file(resolve(place))
}

function file(path: string): Source {
  let seen = ''
  return {
    isNear: true,
    shown: path,
    async read() {
      const { mtimeMs, size, ino } = await stat(path)
      const state = [mtimeMs, size, ino].join(' ')
      if (state === seen) return undefined
      return {
        text: await readFile(path, 'utf8'),
        accept: () => {
          seen = state
        },
      }
    },
  }
}

function download(url: URL): Source {
  let seen: string | undefined
  return {
    isNear: false,
    shown: `${url.origin}${url.pathname}`,
    async read() {
      const found = await downloaded(url, seen)
      return found === undefined
        ? undefined
        : {
            text: found.text,
            accept: () => {
              seen = found.etag
            },
          }
    },
  }
}
