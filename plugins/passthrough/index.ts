/** Sends a call on to a provider's own API as it is: the path says which provider, the gateway adds its key. */

import { definePlugin, gatewayError, GatewayError, type Exchange, type JsonDocument, type ProviderInstance } from '../../core/index.ts'
import { forwardedHeaders } from '../../core/upstream/headers/forwarded-headers.ts'
import { ofModels, unsetDoubtful } from '../../core/document/decided.ts'
import { isPromise } from '../../core/promise.ts'
import { bringsAnswers } from './answers.ts'
import { forwardedQuery } from './forwarded-query.ts'
import { bodyObject, namedModel } from './named-model.ts'
import { segmentsOf } from './plain-path.ts'
import { outOfReach, type Sources } from './reach.ts'
import { schema } from './schema.ts'
import { watchReply } from './seen-reply.ts'
import { completesText, spokenAt, type Spoken } from './spoken.ts'

export default definePlugin({
  name: 'passthrough',
  description: 'Serves /p/{provider}/….',
  schema,
  needs: ['providers'],
  wants: ['workflows', 'files', 'ownedObjects'],
  setup({ options, services: { providers, workflows, files, ownedObjects = [] } }) {
    const enabled = new Set(options.providers)
    const sources = { files, objects: ownedObjects }
    return {
      route(exchange) {
        if (!options.enabled) return gatewayError('unknown_url', 'passthrough routes are switched off')
        const name = exchange.request.params['provider'] ?? ''
        const provider = providers.get(name) ?? [...providers.values()].find(({ type }) => type === name)
        if (provider === undefined || !enabled.has(provider.type) || provider.baseUrl === undefined)
          return gatewayError('invalid_value', `no passthrough to "${name}"; enabled: ${reachable(providers, enabled).join(', ') || 'none'}`, {
            param: 'provider',
          })
        const path = pathBelow(exchange, name, provider.baseUrl, options.v1_alias)
        if (path instanceof GatewayError) return path
        const target = targetOf(provider, path + forwardedQuery(exchange.request.query, provider.definition.queryCredentials))
        exchange.forward = {
          method: exchange.request.method,
          path: target,
          headers: forwardedHeaders({ request: exchange.request, ownHeaders: exchange.plan.ownHeaders }),
        }
        const body = bodyObject(exchange)
        return isPromise(body) ? body.then(decoded => goOn(exchange, provider, target, decoded, sources)) : goOn(exchange, provider, target, body, sources)
      },

      /** Asked when it is known which guardrails apply, and before anything is sent. */
      lookup(exchange) {
        const {
          readable,
          hasBytes,
          forward,
          request: { method },
        } = exchange
        if (readable || options.unguarded || (!hasBytes && !bringsAnswers(method, forward?.path ?? ''))) return undefined
        if (exchange.plan.guardsPrompts || exchange.plan.guardsReplies || workflows?.guardAny === true)
          return gatewayError(
            'passthrough_guardrails_unsupported',
            'a guardrail applies, and nobody can read this call; ALLOW_UNGUARDED_PASSTHROUGH=true lets it pass',
          )
      },
    }
  },
})

/** Where a call goes below the base URL, or why it goes nowhere. */
function pathBelow(exchange: Exchange, name: string, baseUrl: string, mayAlias: boolean): string | GatewayError {
  const rest = restOf(exchange, name)
  if (rest === '/' || rest === '') return gatewayError('invalid_value', 'the path below the provider is empty', { param: 'path' })
  if (/^\/(\/|[a-z][a-z0-9+.-]*:(\/|%2f))/i.test(rest)) return gatewayError('bad_request_target', 'the path below the provider names another host')
  if (exchange.request.headers['upgrade']?.toString().toLowerCase() === 'websocket')
    return gatewayError('unsupported_response_operation', 'WebSockets are not passed on')
  const path = withoutAlias(rest, baseUrl, mayAlias)
  return path ?? gatewayError('invalid_value', `the v1/ alias is switched off: write ${rest.slice('/v1'.length)}`, { param: 'path' })
}

/** The path below the provider, exactly as it was sent. */
function restOf({ request }: Exchange, provider: string): string {
  const at = request.path.indexOf('/', '/p/'.length)
  return at < 0 ? '' : request.path.slice(at) === `/${provider}` ? '' : request.path.slice(at)
}

/** One leading `v1/` is dropped where the base URL ends in `/v1`; undefined if that is not allowed. */
function withoutAlias(rest: string, baseUrl: string, isAllowed: boolean): string | undefined {
  if (!rest.startsWith('/v1/') || !new URL(baseUrl).pathname.replace(/\/$/, '').endsWith('/v1')) return rest
  return isAllowed ? rest.slice('/v1'.length) : undefined
}

/** Below the provider's base URL: as the caller wrote it, unless the vendor's API lies otherwise. */
function targetOf({ definition, settings }: ProviderInstance, target: string): string {
  return definition.passthrough?.(target, settings) ?? target
}

function goOn(exchange: Exchange, provider: ProviderInstance, target: string, body: JsonDocument | undefined, sources: Sources): ReturnType<typeof outOfReach> {
  exchange.model = namedModel(body, provider, segmentsOf(target))
  if (exchange.request.method === 'POST' && exchange.hasBytes) read(exchange, provider, target, body)
  exchange.targets = [{ provider, model: exchange.model }]
  if (body !== undefined && unsetDoubtful(body, exchange.body === body ? undefined : ofModels) && exchange.body !== body)
    return gatewayError('invalid_value', 'the body names its model in more than one way', { param: 'model' })
  return outOfReach({ exchange, provider, target, body }, sources)
}

/** A body in a dialect that is read here becomes a conversation; any other stays bytes, and only the tokens of its answer are counted. */
function read(exchange: Exchange, provider: ProviderInstance, target: string, body: JsonDocument | undefined): void {
  const spoken = spokenAt(provider, target)
  if (spoken !== undefined) speak(exchange, spoken)
  else if (completesText(target)) exchange.operation = 'completions'
  if (spoken !== undefined && body !== undefined && body.bytes === exchange.bytes && !isForm(exchange) && isValid(spoken, body)) {
    exchange.streamed = spoken.dialect.streams(body, spoken.operation)
    exchange.body = body
  } else {
    watchReply(exchange, provider, spoken?.dialect)
  }
}

function isForm({ request: { headers } }: Exchange): boolean {
  return /multipart|urlencoded/i.test(String(headers['content-type'] ?? ''))
}

/** What is not of the dialect is not for the gateway to refuse. */
function isValid({ dialect, operation }: Spoken, body: JsonDocument): boolean {
  try {
    dialect.validate(body, operation)
    return true
  } catch {
    return false
  }
}

/** Errors keep the dialect by which the caller was known. */
function speak(exchange: Exchange, { dialect, operation }: Spoken): void {
  exchange.refusalDialect = exchange.dialect
  exchange.dialect = dialect
  exchange.operation = operation
}

function reachable(providers: ReadonlyMap<string, ProviderInstance>, enabled: ReadonlySet<string>): readonly string[] {
  return [...providers.values()].filter(({ type, baseUrl }) => enabled.has(type) && baseUrl !== undefined).map(({ name }) => name)
}
