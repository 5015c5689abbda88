/** The call that an attempt makes: the caller's bytes with only what must differ spliced, or their translation; and the headers that go along. */

import { JsonDocument } from '../document/document.ts'
import { Words } from '../document/words.ts'
import { gatewayError } from '../errors.ts'
import { isPromise } from '../promise.ts'
import type { Attempt, PromptCachePlan } from '../pipeline/attempt.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { UpstreamDialect } from '../plugin/dialect.ts'
import { uriComponent } from '../uri-component.ts'
import type { ProviderInstance } from './provider/provider.ts'
import { refuseAddresses, withImages } from './images/remote-images.ts'
import { forgetLosses } from './translation/report-losses.ts'
import { idleMember, respellNative } from './respell.ts'
import { EmbeddingsTranslation } from './translation/embeddings.ts'
import { GenerationTranslation, type Translation } from './translation/translation.ts'
import type { OutgoingCall } from './transport/transport.ts'
import { Adaptation } from './translation/adaptation.ts'
import { traceHeaderNames } from './headers/trace-headers.ts'
import { formCall, passedOn } from './form-call.ts'
import { wireFor } from './provider/wire.ts'

/**
 * The call as it leaves; later only where what it refers to has to be made at the provider first.
 * @throws GatewayError 501 if the provider does not serve the operation, 400 for what cannot be translated
 */
export function outgoingCall(exchange: Exchange, attempt: Attempt): OutgoingCall | Promise<OutgoingCall> {
  const spelled = spelledCall(exchange, attempt)
  const { promptCache, translation } = attempt
  return promptCache === undefined || spelled.body === undefined
    ? spelled
    : planned(spelled, spelled.body, promptCache, translation?.dialect ?? exchange.dialect?.name ?? '')
}

function planned(call: OutgoingCall, bytes: Buffer, plan: PromptCachePlan, dialect: string): OutgoingCall | Promise<OutgoingCall> {
  const body = JsonDocument.parse(bytes)
  const applying = plan.apply(body, dialect)
  const rendered = () => ({ ...call, body: body.render() })
  return isPromise(applying) ? applying.then(rendered) : rendered()
}

/** The call before any plan. @throws as above */
export function spelledCall(exchange: Exchange, attempt: Attempt): OutgoingCall {
  forgetLosses(exchange)
  refuseAddresses(exchange, attempt)
  const wire = wireFor(exchange, attempt.target)
  if (wire === undefined) return nativeCall(exchange, attempt)
  const translation: Translation =
    'embeddings' in wire ? new EmbeddingsTranslation(exchange, attempt, wire) : new GenerationTranslation(exchange, attempt, wire)
  attempt.translation = translation
  const { place, operation, body, further = [] } = translation
  const headers = ['Content-Type', 'application/json', 'Accept', translation.accept, 'Accept-Encoding', 'identity', ...translation.headers]
  return call(exchange, attempt, { operation, ...place, headers, body, ...(further.length === 0 ? {} : { further }) })
}

function nativeCall(exchange: Exchange, attempt: Attempt): OutgoingCall {
  const { provider } = attempt.target
  const { forward, operation } = exchange
  const place = forward ?? provider.endpoint(operation)
  if (place === undefined) {
    throw gatewayError('unsupported_response_operation', `${provider.name} (type ${provider.type}) does not serve ${operation}`)
  }
  const adapter = forward === undefined ? provider.definition.adapters?.[operation] : undefined
  if (adapter !== undefined) return call(exchange, attempt, (attempt.adaptation = new Adaptation(exchange, attempt, adapter)).call(place))
  if (exchange.form !== undefined && forward === undefined) return call(exchange, attempt, formCall(exchange, attempt, exchange.form, place))
  const headers = forward === undefined ? ownHeaders(exchange, provider) : [...forward.headers]
  const query = forward === undefined ? provider.queryOf(exchange.request, exchange.dialect) : ''
  const sent = exchange.passed === undefined ? { headers, body: body(exchange, attempt) } : passedOn(attempt, exchange.passed, headers)
  return call(exchange, attempt, { operation, method: place.method, path: place.path + query, ...sent })
}

/** Adds what every call carries. */
function call(exchange: Exchange, attempt: Attempt, outgoing: OutgoingCall): OutgoingCall {
  const { headers } = outgoing
  const { provider, model } = attempt.target
  if (exchange.forward === undefined) trace(headers, exchange)
  const caller = exchange.forward === undefined ? { request: exchange.request, ownHeaders: exchange.plan.ownHeaders } : undefined
  const dressed = provider.headers.of(headers, {
    key: attempt.key,
    requestId: exchange.id,
    defaults: spokenDialect(exchange, attempt)?.defaultHeaders,
    added: attempt.headers,
    edits: attempt.headerEdits,
    caller,
  })
  const path = exchange.forward === undefined ? outgoing.path.replace('{model}', () => uriComponent(model)) : outgoing.path
  return { ...outgoing, headers: dressed, path, ...(exchange.userPath === '' ? {} : { userPath: exchange.userPath }) }
}

/** In which the provider is called; undefined for what is passed through, and where a provider has its own spelling. */
function spokenDialect({ dialect, forward }: Exchange, { translation, target: { provider } }: Attempt): UpstreamDialect | undefined {
  if (translation !== undefined) return provider.wires.get(translation.dialect)
  return forward === undefined ? provider.spoken(dialect) : undefined
}

function ownHeaders({ streamed, request, dialect, operation }: Exchange, provider: ProviderInstance): string[] {
  const headers = [
    'Content-Type',
    'application/json',
    'Accept',
    streamed ? 'text/event-stream' : dialect?.opaqueReplies?.has(operation) === true ? '*/*' : 'application/json',
    'Accept-Encoding',
    'identity',
  ]
  for (const name of provider.callerHeaders(dialect)) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.push(name, value)
  }
  return headers
}

function trace(headers: string[], { request }: Exchange): void {
  for (const name of traceHeaderNames) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.push(name, value)
  }
}

/** The very buffer that the client sent, unless the model is spelled differently upstream, usage is asked for, the vendor wants something respelled, or policy edited. */
function body(exchange: Exchange, attempt: Attempt): Buffer | undefined {
  const { body: document, forward } = exchange
  if (document === undefined) return exchange.bytes
  if (forward !== undefined) return document.render()
  const holdsState = mayHoldState(exchange, document)
  return holdsState || isEdited(exchange, attempt) ? edited(document, exchange, attempt, holdsState) : document.render()
}

/** What state of other vendors travels in. */
const carriers = new Words('"tl1.', 'extra_content')
/** Which members carry it: `extra_content`, `encrypted_content`. One search for what their names have in common is faster than two. */
const carrying = new Words('_content')

function mayHoldState({ dialect }: Exchange, { bytes }: JsonDocument): boolean {
  return dialect?.keepOwnState !== undefined && carrying.areIn(bytes) && carriers.areIn(bytes)
}

function isEdited(exchange: Exchange, { target, askForUsage, images }: Attempt): boolean {
  return (
    exchange.model !== target.model ||
    askForUsage ||
    images !== undefined ||
    target.provider.definition.respell !== undefined ||
    idleMember(exchange) !== undefined
  )
}

function edited(document: JsonDocument, exchange: Exchange, attempt: Attempt, holdsState: boolean): Buffer {
  const { target, askForUsage, images } = attempt
  const own = images === undefined ? document.fork() : withImages(document, images)
  if (exchange.model !== target.model) own.set(own.root, 'model', JSON.stringify(target.model))
  if (askForUsage) exchange.dialect?.askForUsage(own)
  if (holdsState) exchange.dialect?.keepOwnState?.(own, target.provider.destination(target.model).traits.vendor)
  respellNative(own, exchange, target)
  return own.render()
}
