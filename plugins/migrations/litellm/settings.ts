/** `router_settings`, `litellm_settings`, `general_settings` and the rest of the file. */

import { isTree, join, setIn, type Tree } from '../../../core/config/pointer.ts'
import type { Balancing } from './groups.ts'
import type { Ledger, Section } from './ledger.ts'
import { variableIn } from './ledger.ts'

export class Settings {
  /** What of tapline.yaml follows from them. */
  readonly tree: Tree = {}
  balancing: Balancing = undefined
  readonly #ledger: Ledger
  /** By setting, as JSON. */
  readonly #given = new Map<string, string>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  readRouter(router: Section): void {
    this.#routing(router)
    this.#attempts(router)
    for (const name of router.rest)
      this.#ledger.leftOut(
        router.at(name),
        routerAdvice[name] ??
          (name.startsWith('redis_') ? 'set REDIS_URL: limits and breakers of several gateways meet there' : 'there is no such setting here'),
      )
  }

  readLitellm(section: Section): void {
    this.#attempts(section)
    this.#cache(section)
    this.#callbacks(section)
    this.#olderGuardrails(section)
    if (section.flag('drop_params') === true)
      this.#ledger.converted(section.at('drop_params'), 'nothing to write: what a model does not take is dropped, and reported in a header')
    for (const name of section.rest) this.#ledger.leftOut(section.at(name), litellmAdvice[name] ?? 'there is no such setting here')
  }

  readGeneral(section: Section): void {
    const key = section.text('master_key')
    if (key !== undefined) this.#set('/server/master_key', this.#ledger.secret(key, section.at('master_key')), section.at('master_key'))
    for (const name of section.rest) this.#ledger.leftOut(section.at(name), generalAdvice[name] ?? 'there is no such setting here')
  }

  /** What else stands at the top. */
  readRest(root: Section): void {
    for (const [index, guardrail] of root.sections('guardrails').entries()) {
      this.#ledger.leftOut(guardrail.pointer, notHeld(guardrail.text('guardrail_name') ?? String(index)))
    }
    const variables = root.section('environment_variables')
    for (const name of variables.rest) this.#ledger.leftOut(variables.at(name), 'set it yourself, in the environment or in .env')
    for (const name of root.rest)
      this.#ledger.leftOut(root.at(name), name === 'include' ? 'convert those files, too, and join what comes of it' : 'there is no such block here')
  }

  /** A list of maps of a name to what the guardrail does. */
  #olderGuardrails(section: Section): void {
    for (const [index, named] of section.list('guardrails').entries()) {
      const pointer = join(section.at('guardrails'), index)
      for (const name of isTree(named) ? Object.keys(named) : [String(index)]) this.#ledger.leftOut(pointer, notHeld(name))
    }
  }

  #routing(router: Section): void {
    const strategy = router.text('routing_strategy')
    if (strategy === undefined) return
    const at = router.at('routing_strategy')
    if (strategy === 'cost-based-routing') {
      this.balancing = 'cost'
      this.#ledger.converted(at, 'virtual models with several targets have the strategy cost')
    } else if (strategy === 'simple-shuffle')
      this.#ledger.changed(at, 'targets are taken in turn by their weights, not at random; calls of one session keep to one')
    else this.#ledger.changed(at, 'there is no such strategy: targets are taken in turn by their weights; plugins may choose otherwise')
  }

  /** The router's own count. */
  #attempts(section: Section): void {
    this.#number(section, 'num_retries', '/resilience/retry/max_retries')
    for (const name of ['timeout', 'request_timeout'])
      this.#number(section, name, '/http/timeout', value => (typeof value === 'number' && !Number.isInteger(value) ? durationOf(value) : value))
    const counts = this.#number(
      section,
      'allowed_fails',
      '/resilience/circuit_breaker/failure_threshold',
      value => (typeof value === 'number' ? value + 1 : value),
      'failures in a row count, not those of a minute',
    )
    const cools = this.#number(section, 'cooldown_time', '/resilience/circuit_breaker/timeout', durationOf)
    if (counts || cools) setIn(this.tree, '/resilience/circuit_breaker/scope', 'model')
    if (section.flag('disable_cooldowns') === true) this.#set('/resilience/circuit_breaker/enabled', false, section.at('disable_cooldowns'))
  }

  #number(section: Section, name: string, pointer: string, spelled: (value: number | string) => unknown = value => value, change?: string): boolean {
    const value = section.number(name)
    if (value === undefined) return false
    return this.#set(pointer, spelled(value), section.at(name), change)
  }

  #cache(section: Section): void {
    const isOn = section.flag('cache')
    const params = section.section('cache_params')
    if (isOn !== true) {
      for (const name of params.rest) this.#ledger.leftOut(params.at(name), 'the cache is off')
      if (isOn === false) this.#ledger.converted(section.at('cache'), 'nothing to write: the response cache is off')
      return
    }
    const type = params.text('type') ?? 'redis'
    if (type !== 'redis' && type !== 'local')
      return this.#ledger.leftOut(params.at('type'), `there is no exact cache in "${type}"; for a semantic one write cache.response.semantic`)
    const base = '/cache/response/simple'
    this.#set(`${base}/store`, type === 'local' ? 'memory' : 'redis', section.at('cache'))
    if (type === 'redis') this.#set(`${base}/redis/url`, this.#redisUrl(params), section.at('cache_params'))
    this.#number(params, 'ttl', `${base}/redis/ttl`)
    const namespace = params.text('namespace')
    if (namespace !== undefined) this.#set(`${base}/redis/key`, `${this.#ledger.spelled(namespace)}:`, params.at('namespace'))
    for (const name of params.rest) this.#ledger.leftOut(params.at(name), cacheAdvice[name] ?? 'there is no such setting of the cache here')
  }

  /** LiteLLM looks in variables of its own for what the file does not say. */
  #redisUrl(params: Section): string {
    const url = params.text('url')
    if (url !== undefined) return this.#ledger.secret(url, params.at('url'))
    const password = params.text('password')
    const host = params.text('host')
    const port = params.any('port') === undefined ? undefined : params.number('port')
    const scheme = params.flag('ssl') === true ? 'rediss' : 'redis'
    const user = params.text('username')
    if (password !== undefined && variableIn(password) !== undefined)
      this.#ledger.changed(params.at('password'), 'the password stands in an address here: its value must be encoded for one')
    const spelledPassword = password === undefined ? (host === undefined ? '${REDIS_PASSWORD:-}' : '') : this.#password(password, params.at('password'))
    const login = spelledPassword === '' ? '' : `${user === undefined ? '' : this.#ledger.spelled(user)}:${spelledPassword}@`
    return `${scheme}://${login}${host === undefined ? '${REDIS_HOST:-localhost}' : this.#ledger.spelled(host)}:${port ?? '${REDIS_PORT:-6379}'}`
  }

  #password(written: string, pointer: string): string {
    const spelled = this.#ledger.secret(written, pointer)
    return variableIn(written) === undefined ? encodeURIComponent(written) : spelled
  }

  #callbacks(section: Section): void {
    for (const list of ['callbacks', 'success_callback', 'failure_callback', 'service_callback']) {
      const written = section.any(list)
      for (const [index, callback] of (Array.isArray(written) ? written : written === undefined ? [] : [written]).entries()) {
        const pointer = Array.isArray(written) ? `${section.at(list)}/${index}` : section.at(list)
        const block = typeof callback === 'string' && Object.hasOwn(blocks, callback) ? blocks[callback] : undefined
        if (block === undefined)
          this.#ledger.leftOut(pointer, `${typeof callback === 'string' ? callback : 'it'}: write a plugin, or export traces with opentelemetry`)
        else this.#set(block, true, pointer)
      }
    }
  }

  /** What is said first counts. @param change what it means otherwise than it did @returns whether it was not said before */
  #set(pointer: string, value: unknown, from: string, change?: string): boolean {
    const setting = pointer.slice(1).replaceAll('/', '.')
    if (this.#given.has(pointer)) {
      if (this.#given.get(pointer) !== JSON.stringify(value)) this.#ledger.leftOut(from, `${setting} is said before`)
      return false
    }
    this.#given.set(pointer, JSON.stringify(value))
    setIn(this.tree, pointer, value)
    if (change === undefined) this.#ledger.converted(from, setting)
    else this.#ledger.changed(from, `${setting}: ${change}`)
    return true
  }
}

function notHeld(guardrail: string): string {
  return `the guardrail ${guardrail} DOES NOT HOLD until you write one: guardrails.rules`
}

/** @param seconds a number, or the variable that holds one */
function durationOf(seconds: number | string): string {
  return typeof seconds === 'string' || Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`
}

/** The settings that callbacks switch on. */
const blocks: Readonly<Record<string, string>> = { prometheus: '/metrics/enabled', otel: '/opentelemetry/enabled' }

const routerAdvice: Readonly<Record<string, string>> = {
  context_window_fallbacks: 'write context_length_exceeded in failover.retry_on_errors; the targets are those of fallbacks',
  content_policy_fallbacks: 'calls do not fall back for what they say',
  retry_policy: 'calls are tried again by their status: resilience.retry',
  enable_tag_filtering: 'labels choose no targets: give keys allowed models, or write a virtual model for each tag',
  enable_pre_call_checks: 'a target that cannot serve a call is skipped anyway',
}

const litellmAdvice: Readonly<Record<string, string>> = {
  context_window_fallbacks: routerAdvice['context_window_fallbacks'] ?? '',
  content_policy_fallbacks: routerAdvice['content_policy_fallbacks'] ?? '',
  set_verbose: 'set TAPLINE_LOG_LEVEL=debug',
  json_logs: 'set TAPLINE_LOG_FORMAT=json',
  max_budget: 'write budgets.user_paths for /',
  budget_duration: 'write the period of the budget in budgets.user_paths',
  default_team_settings: 'teams are user paths here',
}

const cacheAdvice: Readonly<Record<string, string>> = {
  mode: 'the cache is for every call here: callers who do not want it send Cache-Control: no-cache',
}

const generalAdvice: Readonly<Record<string, string>> = {
  database_url: 'Tapline keeps what it stores in a database of its own: storage.postgresql.url; keys can be imported',
  store_model_in_db: 'models that were added in the user interface are not in this file: add them to it, and convert it again',
  enable_jwt_auth: 'write auth.oidc',
  litellm_jwtauth: 'write auth.oidc.claims',
  custom_auth: 'NOBODY IS CHECKED BY IT until you write a plugin, or keys',
  allowed_ips: 'ANY ADDRESS IS SERVED until you keep others off in front of Tapline',
  max_request_size_mb: 'write server.body_size_limit',
  alerting: 'alert on the metrics: metrics.enabled',
  max_parallel_requests: 'write load_shed.max_in_flight',
  global_max_parallel_requests: 'write load_shed.max_in_flight',
  pass_through_endpoints: 'requests to /p/<provider>/… are passed through',
}
