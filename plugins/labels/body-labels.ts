/** The labels that the body of a call says; they are for the gateway, and are taken out before the body goes on. */

import type { Exchange, JsonDocument, JsonNode } from '../../core/index.ts'
import { mostPieces, splitLabels } from './split-labels.ts'

const none: readonly string[] = []

/** In order, and not yet without repetitions. @throws JsonError if a text cannot be read */
export function takeBodyLabels({ body, form }: Exchange): readonly string[] {
  if (body !== undefined) return fromDocument(body)
  return form === undefined ? none : fromForm(form)
}

/** What is no list of tags means something else to somebody else, and goes on. */
function fromDocument(body: JsonDocument): readonly string[] {
  const { root } = body
  const tags = root.get('tags')
  const metadata = root.get('metadata')
  const ofMetadata = metadata?.get('tags')
  const isTags = tags?.kind === 'array' || tags?.kind === 'string' || tags?.kind === 'null'
  const isOfMetadata = metadata !== undefined && ofMetadata?.kind === 'array'
  if (!isTags && !isOfMetadata) return none
  const labels = [...(isTags ? labelsOf(tags) : none), ...(isOfMetadata ? labelsOf(ofMetadata) : none)]
  if (isTags) body.unset(root, 'tags')
  if (isOfMetadata) takeFromMetadata(body, metadata)
  return labels
}

/** Metadata of labels alone is none. */
function takeFromMetadata(body: JsonDocument, metadata: JsonNode): void {
  if (metadata.children.every(member => member.isNamed('tags'))) body.unset(body.root, 'metadata')
  else body.unset(metadata, 'tags')
}

function labelsOf(node: JsonNode): readonly string[] {
  if (node.kind === 'string') return splitLabels(node.string(), ',')
  return node
    .items()
    .slice(0, mostPieces)
    .filter(({ kind }) => kind === 'string')
    .map(item => item.string().trim())
    .filter(label => label !== '')
}

function fromForm(form: NonNullable<Exchange['form']>): readonly string[] {
  const tags = form.fields.get('tags')
  if (tags === undefined) return none
  form.remove('tags')
  return splitLabels(tags, ',')
}
