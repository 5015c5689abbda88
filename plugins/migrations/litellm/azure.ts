/** Where an Azure resource is: LiteLLM also takes the address of one call, and words for the v1 API as its version. */

/** @param url as Tapline writes it @param version `api_version` */
export function azurePlace(url: string | undefined, version: string | undefined): { readonly url?: string; readonly version?: string } {
  const [, before = '', query = ''] = /^([^?]*)(?:\?(.*))?$/.exec(url ?? '') ?? []
  const said = version ?? new URLSearchParams(query).get('api-version') ?? undefined
  const place = before.replace(/\/+$/, '').replace(ofCall, '')
  if (said !== undefined && v1.has(said) && place !== '') return { url: `${place.replace(/\/openai(\/.*)?$/, '')}/openai/v1` }
  return { ...(place === '' ? {} : { url: place }), ...(said === undefined ? {} : { version: said }) }
}

const v1: ReadonlySet<string> = new Set(['preview', 'latest', 'v1'])

const ofCall = /\/(?:chat\/completions|completions|embeddings|responses|images\/(?:generations|edits)|audio\/[a-z]+)$/
