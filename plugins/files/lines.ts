/** The lines of a batch's input: which provider their models are of, and their spelling for it. */

import { gatewayError, JsonDocument, type GatewayError, type Models, type ProviderInstance, type Target } from '../../core/index.ts'
import { linesOf } from '../shared/objects/lines.ts'

/** The one provider whose models all lines name; undefined if none names a model. @throws GatewayError for lines that cannot be, or that name several providers */
export async function settledProvider(
  content: AsyncIterable<Buffer>,
  models: Models,
  named: ProviderInstance | undefined,
): Promise<ProviderInstance | undefined> {
  let settled = named
  for await (const { number, bytes } of linesOf(content)) {
    const target = targetOf(document(number, bytes), number, models, named)
    if (target === undefined) continue
    if (settled !== undefined && target.provider !== settled)
      throw lineError(number, `is for ${target.provider.name}, others are for ${settled.name}: all lines of a batch go to one provider`)
    settled = target.provider
  }
  return settled
}

/** The lines as the provider wants them: with its own names of the models. */
export async function* respelled(content: AsyncIterable<Buffer>, models: Models, provider: ProviderInstance): AsyncGenerator<Buffer> {
  for await (const { number, bytes } of linesOf(content)) {
    const line = document(number, bytes)
    const target = targetOf(line, number, models, provider)
    const model = line.root.get('body')?.get('model')
    if (target !== undefined && model !== undefined && model.string() !== target.model) line.replace(model, JSON.stringify(target.model))
    yield Buffer.concat([line.render(), newline])
  }
}

const newline = Buffer.from('\n')

function document(number: number, bytes: Buffer): JsonDocument {
  const line = JsonDocument.tryParse(bytes)
  if (line?.root.kind !== 'object') throw lineError(number, 'is not a JSON object')
  return line
}

/** @param named the provider that the upload names: then models need not name it */
function targetOf(line: JsonDocument, number: number, models: Models, named: ProviderInstance | undefined): Target | undefined {
  const model = line.root.get('body')?.get('model')
  if (model === undefined) return undefined
  const selector = model.kind === 'string' ? model.string() : ''
  const target = models.targets(selector)[0] ?? (named === undefined ? undefined : models.find(`${named.name}/${selector}`))
  if (target === undefined || selector === '') throw gatewayError('model_not_found', `line ${number}: unsupported model: ${selector}`, { param: 'file' })
  return named !== undefined && target.provider !== named ? (models.find(`${named.name}/${selector}`) ?? target) : target
}

function lineError(number: number, what: string): GatewayError {
  return gatewayError('invalid_value', `line ${number} ${what}`, { param: 'file' })
}
