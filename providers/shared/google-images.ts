/** Images by Google: Imagen's `:predict`, and Gemini models that draw. */

import { gatewayError, type AskedRequest, type Json, type JsonObject, type OperationAdapter } from '../../core/index.ts'
import { refusal } from '../../core/neutral/losses.ts'
import { isObject } from '../../core/neutral/arguments.ts'
import { bareId, isCompatible } from './gemini-models.ts'
import { hintsOfLooks, ratioOf } from './image-wishes.ts'

const json = 'application/json'

const imagenRatios = ['1:1', '3:4', '4:3', '9:16', '16:9']
const geminiRatios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9']

export const googleImages = { request, reply } as const satisfies OperationAdapter

/** For instances that may serve OpenAI's own spelling instead. */
export const googleOrCompatibleImages: OperationAdapter = {
  request: asked => (isCompatible(asked.to.settings) ? asked.body : request(asked)),
  reply: (said, asked) => (isCompatible(asked.to.settings) ? { type: json, body: Buffer.from(JSON.stringify(said)) } : reply(said, asked)),
}

/** Imagen has a verb of its own. */
export function imagesPath(path: string): string {
  return path.replace(/(\/models\/imagen[^/:]*):generateContent$/, '$1:predict')
}

function isImagen(model: string): boolean {
  return bareId(model).startsWith('imagen')
}

function request({ body, to, losses }: AskedRequest): JsonObject {
  const { prompt = '', n: count, response_format: format } = body
  if (format === 'url') throw refusal('response_format', `${to.provider} gives images as data only: ask for b64_json`)
  for (const name of hintsOfLooks) if (body[name] !== undefined && body[name] !== null) losses.drop(name, 'not taken by Google')
  if (body['user'] !== undefined) losses.silent('user', 'not taken by Google')
  return isImagen(to.model)
    ? imagenBody(prompt, count, ratioOf(body, imagenRatios, 'Google', losses))
    : geminiBody(prompt, count, ratioOf(body, geminiRatios, 'Google', losses))
}

function imagenBody(prompt: Json, count: Json | undefined, aspectRatio: string | undefined): JsonObject {
  const parameters = { ...(count === undefined || count === null ? {} : { sampleCount: count }), ...(aspectRatio === undefined ? {} : { aspectRatio }) }
  return { instances: [{ prompt }], ...(Object.keys(parameters).length === 0 ? {} : { parameters }) }
}

function geminiBody(prompt: Json, count: Json | undefined, aspectRatio: string | undefined): JsonObject {
  if (Number(count ?? 1) > 1) throw refusal('n', 'the model draws one image at a time')
  return {
    contents: [{ role: 'user', parts: [{ text: prompt }] }],
    generationConfig: { responseModalities: ['TEXT', 'IMAGE'], ...(aspectRatio === undefined ? {} : { imageConfig: { aspectRatio } }) },
  }
}

function reply(said: JsonObject, { to }: AskedRequest): ReturnType<OperationAdapter['reply']> {
  const images = isImagen(to.model) ? objects(said['predictions']).map(({ bytesBase64Encoded }) => bytesBase64Encoded) : drawn(said)
  const data = images.filter(image => typeof image === 'string').map(image => ({ b64_json: image }))
  if (data.length === 0) throw gatewayError('bad_upstream_response', `${to.provider}: provider returned no image${reasonIn(said)}`, { provider: to.provider })
  const usage = usageOf(said)
  const body = Buffer.from(
    JSON.stringify({
      created: Math.floor(Date.now() / 1000),
      data,
      ...(usage === undefined ? {} : { usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens, total_tokens: usage.totalTokens } }),
    }),
  )
  return { type: json, body, ...(usage === undefined ? {} : { usage }) }
}

/** Pictures among the thoughts are drafts. */
function drawn(said: JsonObject): readonly (Json | undefined)[] {
  const [candidate] = objects(said['candidates'])
  const content = candidate?.['content']
  return objects(isObject(content) ? content['parts'] : undefined)
    .filter(({ thought }) => thought !== true)
    .flatMap(({ inlineData }) => (isObject(inlineData) ? [inlineData['data']] : []))
}

function usageOf({
  usageMetadata: said,
}: JsonObject): { readonly inputTokens: number; readonly outputTokens: number; readonly totalTokens: number } | undefined {
  if (!isObject(said)) return undefined
  const count = (name: string) => (typeof said[name] === 'number' ? said[name] : 0)
  const inputTokens = count('promptTokenCount')
  const outputTokens = count('candidatesTokenCount') + count('thoughtsTokenCount')
  return { inputTokens, outputTokens, totalTokens: count('totalTokenCount') || inputTokens + outputTokens }
}

/** Why there is none, if Google says so. */
function reasonIn({ predictions, candidates, promptFeedback }: JsonObject): string {
  const feedback = isObject(promptFeedback) ? promptFeedback['blockReason'] : undefined
  const reason = [feedback, objects(candidates)[0]?.['finishReason'], objects(predictions)[0]?.['raiFilteredReason']].find(word => typeof word === 'string')
  return reason === undefined ? '' : `: ${reason.slice(0, 300)}`
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
