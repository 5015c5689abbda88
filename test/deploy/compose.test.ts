/** The compose file: its gateway accepts what it is told, and its services are what it is told of. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { Folder, Tapline } from '../support/run-tapline.ts'

interface Service {
  readonly image?: string
  readonly profiles?: readonly string[]
  readonly ports?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly stop_grace_period?: string
}

const folder = join(import.meta.dirname, '../../deploy')
const { services, volumes } = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8')) as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const all = Object.values(services)
const gateway = services['tapline'] as Service

describe('the compose file', () => {
  it('starts the gateway and Prometheus with the profile "app" only', () => {
    expect(Object.keys(services).filter(name => services[name]?.profiles?.includes('app'))).to.deep.equal(['tapline', 'prometheus'])
    expect(Object.keys(services)).to.include.members(['redis', 'postgresql', 'mongodb', 'adminer'])
  })

  it('opens ports on this machine only', () => {
    expect(all.flatMap(({ ports = [] }) => ports).filter(port => !port.startsWith('127.0.0.1:'))).to.deep.equal([])
  })

  it('names volumes and services that there are', () => {
    const named = all.flatMap(service => service.volumes ?? []).map(volume => volume.split(':')[0] ?? '')
    expect(named.filter(name => !name.startsWith('./') && !(name in volumes))).to.deep.equal([])
    expect(Object.keys(gateway.depends_on ?? {}).filter(name => !(name in services))).to.deep.equal([])
  })

  it('gives the gateway addresses of services that there are', () => {
    const hosts = Object.values(environment())
      .filter(value => value.includes('://'))
      .map(value => new URL(value).hostname)
    expect(hosts).to.have.members(['postgresql', 'mongodb', 'redis'])
  })

  for (const storage of ['postgresql', 'mongodb', 'sqlite']) {
    it(`gives the gateway variables that it takes without a warning: ${storage}`, async () => {
      await using empty = await Folder.make()
      const { code, stderr } = await new Tapline(empty, ['check'], { ...environment(), TAPLINE_STORAGE_TYPE: storage }).ended
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    })
  }

  it('lets Prometheus ask the gateway', () => {
    const { scrape_configs: jobs } = parse(readFileSync(join(folder, 'prometheus.yaml'), 'utf8')) as {
      readonly scrape_configs: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[]
    }
    expect(jobs.flatMap(job => job.static_configs.flatMap(({ targets }) => targets))).to.deep.equal(['tapline:8080'])
    expect(environment()).to.have.property('TAPLINE_METRICS_ENABLED', 'true')
  })
})

/** As it is where nobody sets anything but what must be set. */
function environment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(gateway.environment ?? {}).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{\w+:([-?])([^}]*)\}/g, (_, kind: string, text: string) => (kind === '?' ? 'set' : text)),
    ]),
  )
}
