/** Audio and images of a body, played and shown where the gateway kept them. */

import { useQuery } from '@tanstack/preact-query'
import { useEffect, useState } from 'preact/hooks'
import { getFile } from '../../data/api.ts'
import { count } from '../../data/words.ts'

/** What stands in a body in the place of a file. */
export interface MediaPlace {
  readonly content_type: string
  readonly bytes: number
  readonly stored: boolean
  readonly media_id?: string
}

/** Those in a body, in order. */
export function mediaIn(body: unknown): readonly MediaPlace[] {
  if (typeof body !== 'object' || body === null) return []
  return isPlace(body) ? [body] : Object.values(body).flatMap(mediaIn)
}

function isPlace(value: object): value is MediaPlace {
  return '__audio__' in value || '__image__' in value
}

export function Media({ place }: { readonly place: MediaPlace }) {
  const { content_type: type, bytes, stored, media_id: id } = place
  const { data, error } = useQuery({
    queryKey: ['media', id],
    queryFn: async () => await getFile(`/media/${encodeURIComponent(id ?? '')}`),
    enabled: id !== undefined,
    staleTime: Infinity,
    // The row may be there before the file is written.
    retry: 3,
  })
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (data === undefined) return undefined
    const made = URL.createObjectURL(data)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [data])
  const what = `${type}, ${count(bytes)} bytes`
  return (
    <figure>
      {url !== undefined && type.startsWith('audio/') && <audio controls src={url} aria-label={what} />}
      {url !== undefined && type.startsWith('image/') && <img src={url} alt={what} />}
      <figcaption class="faint">
        {what}
        {!stored && ', not kept'}
        {error !== null && `: ${error.message}`}
      </figcaption>
    </figure>
  )
}
