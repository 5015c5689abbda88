/** `model_list`: each entry is a model of a provider instance; entries of one vendor, key and place share an instance. */

import { headerName } from '../../../core/upstream/headers/header-edits.ts'
import { untouchable } from '../../../core/upstream/headers/header-names.ts'
import { adviceFor } from './advice.ts'
import { azurePlace } from './azure.ts'
import type { Ledger, Section } from './ledger.ts'
import { variableIn } from './ledger.ts'
import { isTypeHere, vendorOf, type Named } from './vendors.ts'

/** A block of `providers`. */
export interface Instance {
  readonly name: string
  readonly line: number
  readonly settings: Readonly<Record<string, unknown>>
  /** By id, what the file says of it. */
  readonly models: Map<string, Readonly<Record<string, unknown>>>
}

/** Where calls go. */
export interface Place {
  readonly provider: string
  readonly model: string
}

/** One entry that names one model. */
export interface Deployment extends Place {
  /** `model_name`. */
  readonly group: string
  readonly pointer: string
  readonly weight: number | undefined
  readonly order: number
}

export class Deployments {
  readonly instances: Instance[] = []
  readonly deployments: Deployment[] = []
  /** Whether an entry stands for all models of a vendor. */
  hasWildcards = false
  readonly #ledger: Ledger
  readonly #byFacts = new Map<string, Instance>()
  readonly #credentials = new Map<string, Section>()
  /** By what stands before the slash in the names that callers say; '' is for those without one. */
  readonly #wildcards = new Map<string, Instance>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** `credential_list`: what entries name by `litellm_credential_name`. */
  readCredential(credential: Section): void {
    const name = credential.text('credential_name')
    const values = credential.section('credential_values')
    const info = credential.section('credential_info')
    if (name === undefined) return this.#ledger.wrong(credential.at('credential_name'), 'text')
    this.#credentials.set(name, values)
    this.#ledger.converted(credential.pointer, `${name}: part of each provider whose entry names it`)
    for (const member of info.rest) this.#ledger.leftOut(info.at(member), 'there is no such member here')
  }

  read(entry: Section): void {
    const group = entry.text('model_name')
    const params = this.#params(entry)
    const model = params.text('model')
    if (group === undefined) this.#ledger.wrong(entry.at('model_name'), 'text')
    if (model === undefined) this.#ledger.wrong(params.at('model'), 'text such as openai/gpt-4o')
    if (group === undefined || model === undefined) return
    if (group === '*' && model === '*') return this.#everyVendor(entry, params)
    if (variableIn(model) !== undefined)
      return this.#ledger.leftOut(entry.pointer, `${group}: its model stands in a variable: write the model itself, and convert the file again`)
    const named = vendorOf(model, params.text('custom_llm_provider'))
    if (named === undefined)
      return this.#ledger.leftOut(
        entry.pointer,
        `${group}: no provider here is known to be LiteLLM's "${model}"; write one of the type openai-compatible if it speaks that`,
      )
    if (named.vendor.type === 'vertex' && foreignOnVertex.test(named.model))
      return this.#ledger.leftOut(entry.pointer, `${group}: of Vertex AI, only Google's own models are served`)
    if (model.includes('*') || group.includes('*')) this.#wildcard(group, named, entry, params)
    else this.#deployment(group, named, entry, params)
  }

  /** Where calls of a name go that a pattern stands for. */
  behindPattern(name: string): Place | undefined {
    const [, before = '', after = ''] = /^([^/]+)\/(.+)$/.exec(name) ?? []
    const vendor = this.#wildcards.get(before)
    const any = this.#wildcards.get('')
    return vendor !== undefined ? { provider: vendor.name, model: after } : any === undefined ? undefined : { provider: any.name, model: name }
  }

  /** LiteLLM's keys of vendors are in the variables that make providers here. */
  #everyVendor(entry: Section, params: Section): void {
    this.hasWildcards = true
    this.#ledger.changed(entry.pointer, '*: the models of every vendor whose key is set, as openai/… where OPENAI_API_KEY is')
    this.#rest(entry, params)
  }

  /** What the entry says itself counts before its credential. */
  #params(entry: Section): Section {
    const params = entry.section('litellm_params')
    const name = params.text('litellm_credential_name')
    if (name === undefined) return params
    const credential = this.#credentials.get(name)
    if (credential === undefined)
      this.#ledger.leftOut(
        params.at('litellm_credential_name'),
        `the file has no credential "${name}": write the key and the address of the provider, which are otherwise those of the vendor`,
      )
    const all = credential === undefined ? params : params.over(credential)
    all.any('litellm_credential_name')
    return all
  }

  #wildcard(group: string, named: Named, entry: Section, params: Section): void {
    const [, name] = /^(?:([^/:*]+)\/)?\*$/.exec(group) ?? []
    if (named.model !== '*' || (name === undefined && group !== '*'))
      return this.#ledger.leftOut(
        entry.pointer,
        `${group}: only a whole vendor can stand for a pattern, such as openai/*: write that, or an entry for each model`,
      )
    const instance = this.#instance(named, entry, params, name)
    this.hasWildcards = true
    if (!this.#wildcards.has(name ?? '')) this.#wildcards.set(name ?? '', instance)
    const what = `${group}: the models that the provider ${instance.name} lists, as ${name === undefined ? 'their ids' : `${instance.name}/…`}`
    if (name === undefined || instance.name === name) this.#ledger.converted(entry.pointer, what)
    else this.#ledger.changed(entry.pointer, `${what}: another provider has the name ${name}`)
    if (instance.name === name) this.#warnOfVariable(instance, entry)
    this.#rest(entry, params)
  }

  /** The variable of a vendor's own provider is laid over what the file says. */
  #warnOfVariable({ name, settings: { type, api_key: key } }: Instance, entry: Section): void {
    const variable = variableOf(name)
    if (isTypeHere(name) && (type !== name || (key !== undefined && key !== `\${${variable}}`)))
      this.#ledger.changed(entry.pointer, `unset ${variable} if it is set: it is for the provider ${name} of the type ${name}, and is laid over its api_key`)
  }

  #deployment(group: string, named: Named, entry: Section, params: Section): void {
    const instance = this.#instance(named, entry, params, undefined)
    const { model } = placeIn(named)
    const info = entry.section('model_info')
    instance.models.set(model, { ...instance.models.get(model), ...metadataOf(params, info) })
    this.deployments.push({ group, pointer: entry.pointer, provider: instance.name, model, weight: this.#weight(params), order: orderIn(params) })
    this.#ledger.converted(entry.pointer, `${group}: ${instance.name}/${model}`)
    for (const name of info.rest) this.#ledger.leftOut(info.at(name), 'there is no such member here')
    this.#rest(entry, params)
  }

  /** Limits are weights to LiteLLM's default routing. */
  #weight(params: Section): number | undefined {
    const [first, ...others] = ['weight', 'rpm', 'tpm'].map(name => ({ name, value: params.number(name) })).filter(({ value }) => value !== undefined)
    for (const { name } of others) this.#ledger.leftOut(params.at(name), 'for a limit, write rate_limits.models')
    if (first === undefined) return undefined
    const { name, value } = first
    if (typeof value !== 'number' || value === 0) {
      this.#ledger.leftOut(params.at(name), 'a weight is a number above 0 here: the entry has the weight 1')
      return undefined
    }
    if (name !== 'weight')
      this.#ledger.changed(
        params.at(name),
        'counts as the weight among the entries of this name, as with simple-shuffle; for a limit, write rate_limits.models',
      )
    return value
  }

  #rest(entry: Section, params: Section): void {
    for (const name of params.rest) this.#ledger.leftOut(params.at(name), adviceFor(name))
    for (const name of entry.rest) this.#ledger.leftOut(entry.at(name), 'there is no such member here')
  }

  /** @param wanted the name that callers say */
  #instance(named: Named, entry: Section, params: Section, wanted: string | undefined): Instance {
    const settings = this.#settings(named, params, wanted)
    const facts = JSON.stringify([settings, wanted ?? ''])
    const known = this.#byFacts.get(facts) ?? (wanted === undefined ? undefined : this.#byFacts.get(JSON.stringify([settings, ''])))
    if (known !== undefined && (wanted === undefined || known.name === wanted)) return known
    const instance: Instance = { name: this.#nameFor(named, settings, wanted), line: this.#ledger.line(entry.pointer), settings, models: new Map() }
    for (const shared of [facts, JSON.stringify([settings, ''])]) if (!this.#byFacts.has(shared)) this.#byFacts.set(shared, instance)
    this.instances.push(instance)
    return instance
  }

  /** The bare name of a type is for the key in the vendor's own variable: that variable would be laid over any other. */
  #nameFor({ prefix, vendor }: Named, settings: Readonly<Record<string, unknown>>, wanted: string | undefined): string {
    const type = String(settings['type'])
    const own = `\${${variableOf(type)}}`
    const key = settings['api_key']
    const base = wanted ?? (vendor.url !== undefined && type !== prefix ? prefix.replaceAll('_', '-') : type)
    const isTaken = (name: string) => this.instances.some(instance => instance.name === name)
    if (!isTaken(base) && (wanted !== undefined || base !== type || key === undefined || key === own)) return base
    for (let n = 1; ; n++) if (!isTaken(`${base}-${n}`)) return `${base}-${n}`
  }

  /** A provider has the name openai only as one of that type. */
  #settings(named: Named, params: Section, wanted: string | undefined): Record<string, unknown> {
    const { vendor, prefix } = named
    const given = params.text('api_base') ?? params.text('base_url')
    const isElsewhere = vendor.type === 'openai' && wanted !== 'openai' && given !== undefined && !/^https:\/\/api\.openai\.com(\/|$)/.test(given)
    const type = isElsewhere ? 'openai-compatible' : vendor.type
    if (isElsewhere)
      this.#ledger.changed(
        params.at(params.any('api_base') === undefined ? 'base_url' : 'api_base'),
        "a server that is not OpenAI's own: a provider of the type openai-compatible",
      )
    const retries = params.number('max_retries')
    const headers = this.#headers(params)
    const url = type === 'bedrock' ? this.#region(named, params) : this.#url(named, params, given)
    const azure = type === 'azure' ? azurePlace(url, textIn(params, 'api_version', this.#ledger)) : undefined
    return compact({
      type,
      api_key: type === 'bedrock' || type === 'vertex' ? undefined : this.#key(named, params, isElsewhere),
      base_url: azure === undefined ? url : azure.url,
      api_version: azure?.version,
      ...(type === 'vertex' ? this.#vertex(params) : {}),
      custom_upstream_headers: headers,
      resilience: retries === undefined ? undefined : { retry: { max_retries: retries } },
      ...(prefix === 'bedrock' || prefix === 'bedrock_converse' ? this.#awsKeys(params) : {}),
    })
  }

  #key({ vendor }: Named, params: Section, isElsewhere: boolean): string | undefined {
    const key = params.text('api_key')
    if (key !== undefined) return this.#ledger.secret(key, params.at('api_key'))
    if (isElsewhere) this.#ledger.changed(params.pointer, `no key is written for this server, to which LiteLLM would send ${vendor.key ?? 'one'}`)
    return isElsewhere || vendor.key === undefined ? undefined : `\${${vendor.key}}`
  }

  #url({ vendor }: Named, params: Section, given: string | undefined): string | undefined {
    if (given !== undefined && vendor.type === 'anthropic') return `${this.#ledger.spelled(given).replace(/(\/v1)?\/*$/, '')}/v1`
    if (given !== undefined) return this.#ledger.spelled(given)
    if (vendor.urlVariable !== undefined) return `\${${vendor.urlVariable}${vendor.url === undefined ? '' : `:-${vendor.url}`}}`
    if (vendor.url === undefined && vendor.type === 'openai-compatible') this.#ledger.wrong(params.at('api_base'), 'text: where the server is')
    return vendor.url
  }

  #region(named: Named, params: Section): string | undefined {
    const region = textIn(params, 'aws_region_name', this.#ledger) ?? placeIn(named).region
    return region ?? '${AWS_REGION:-us-east-1}'
  }

  /** AWS's own variables are read as they are. */
  #awsKeys(params: Section): Record<string, never> {
    for (const name of ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token']) {
      const written = params.text(name)
      if (written !== undefined && variableIn(written) !== name.toUpperCase())
        this.#ledger.leftOut(params.at(name), `set the variable ${name.toUpperCase()}: credentials of AWS are read from where AWS's own tools have them`)
    }
    return {}
  }

  #vertex(params: Section): Record<string, unknown> {
    const credentials = params.text('vertex_credentials') ?? params.text('vertex_ai_credentials')
    const spelled =
      credentials === undefined
        ? undefined
        : credentials.trimStart().startsWith('{')
          ? { service_account_json: this.#ledger.secret(credentials, params.at('vertex_credentials')) }
          : { service_account_file: this.#ledger.spelled(credentials) }
    return {
      vertex_project: this.#ofVertex(params, 'project') ?? '${VERTEXAI_PROJECT}',
      vertex_location: this.#ofVertex(params, 'location') ?? '${VERTEXAI_LOCATION:-us-central1}',
      ...spelled,
    }
  }

  /** LiteLLM has two names for each. */
  #ofVertex(params: Section, what: string): string | undefined {
    return textIn(params, `vertex_${what}`, this.#ledger) ?? textIn(params, `vertex_ai_${what}`, this.#ledger)
  }

  #headers(params: Section): Record<string, string> | undefined {
    const section = params.section('extra_headers')
    const organization = this.#organization(params)
    const headers = Object.fromEntries(
      section.rest.flatMap(name => {
        const value = section.text(name)
        const refusal =
          untouchable(name) === 'transport' ? 'Tapline writes this header itself' : isHeaderName.test(name) ? undefined : 'this is no name of a header'
        if (refusal !== undefined) this.#ledger.leftOut(section.at(name), refusal)
        if (value === undefined || refusal !== undefined) return []
        return [[name, /key|token|secret|auth/i.test(name) ? this.#ledger.secret(value, section.at(name)) : this.#ledger.spelled(value)]]
      }),
    )
    const all = { ...(organization === undefined ? {} : { 'OpenAI-Organization': organization }), ...headers }
    return Object.keys(all).length === 0 ? undefined : all
  }

  #organization(params: Section): string | undefined {
    if (!Array.isArray(params.any('organization'))) return textIn(params, 'organization', this.#ledger)
    this.#ledger.leftOut(
      params.at('organization'),
      'a provider has one organization: write one for each, with OpenAI-Organization in custom_upstream_headers, and all of them as targets',
    )
    return undefined
  }
}

function variableOf(type: string): string {
  return `${type.toUpperCase().replaceAll('-', '_')}_API_KEY`
}

const isHeaderName = new RegExp(headerName)

function orderIn(params: Section): number {
  const order = params.number('order')
  return typeof order === 'number' ? order : 0
}

/** The model as Bedrock knows it, and the region that LiteLLM lets stand before it. */
function placeIn({ vendor, model }: Named): { readonly model: string; readonly region?: string } {
  if (vendor.type !== 'bedrock') return { model }
  const [, region, rest = model] = /^(?:(?:converse|converse_like|invoke)\/)?(?:([a-z]{2}(?:-[a-z]+)+-\d)\/)?(.+)$/.exec(model) ?? []
  return { model: rest, ...(region === undefined ? {} : { region }) }
}

/** Models of other publishers, which speak dialects of their own there. */
const foreignOnVertex = /^(?:claude|meta\/|mistral|codestral|jamba|deepseek|qwen|openai\/)/

function metadataOf(params: Section, info: Section): Record<string, unknown> {
  const number = (name: string) => params.number(name) ?? info.number(name)
  const perMillion = (name: string) => {
    const price = number(name)
    return typeof price === 'number' ? Number((price * 1_000_000).toPrecision(12)) : undefined
  }
  const pricing = compact({
    input_per_mtok: perMillion('input_cost_per_token'),
    output_per_mtok: perMillion('output_cost_per_token'),
    cached_input_per_mtok: perMillion('cache_read_input_token_cost'),
    cache_write_per_mtok: perMillion('cache_creation_input_token_cost'),
  })
  const mode = info.text('mode')
  return compact({
    context_window: info.number('max_input_tokens'),
    max_output_tokens: info.number('max_output_tokens') ?? info.number('max_tokens'),
    base_model: info.text('base_model')?.replace(/^[a-z_]+\//, ''),
    modes: mode === undefined ? undefined : [mode],
    pricing: Object.keys(pricing).length === 0 ? undefined : pricing,
  })
}

function textIn(section: Section, name: string, ledger: Ledger): string | undefined {
  const text = section.text(name)
  return text === undefined ? undefined : ledger.spelled(text)
}

/** Without the members that are undefined. */
export function compact(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
