import { expect } from 'chai'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import type { Media } from '../../../plugins/audit/body-text.ts'
import type { AuditRow } from '../../../plugins/audit/journal.ts'
import { MediaInMemory } from '../../../plugins/audit/media/media-files.ts'
import { MediaStore } from '../../../plugins/audit/media/media-store.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import type { AdminAnswer } from '../../support/admin.ts'
import { Audited } from '../../support/audit.ts'
import { eventually } from '../../support/until.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'

const audio = Buffer.from('0123456789')
const png = Buffer.from('iVBORw0KGgo=', 'base64')

function upload(name: string, type: string, bytes: Buffer) {
  const parts = [
    `--x\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt-test\r\n--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nhi\r\n--x\r\nContent-Disposition: form-data; name="${name}"; filename="f"\r\nContent-Type: ${type}\r\n\r\n`,
    bytes,
    '\r\n--x--\r\n',
  ]
  return { body: Buffer.concat(parts.map(part => Buffer.from(part))), headers: { 'content-type': 'multipart/form-data; boundary=x' } }
}

async function speak({ served }: Audited, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  served.upstream.always({ headers: { 'content-type': 'audio/mpeg' }, body: audio })
  await served.call('POST', '/v1/audio/speech', { model: 'gpt-test', input: 'hi', voice: 'alloy' }, headers)
}

async function edit({ served }: Audited): Promise<void> {
  served.upstream.always({ body: { created: 1, data: [{ b64_json: png.toString('base64') }] } })
  const { body, headers } = upload('image', 'image/png', png)
  await served.call('POST', '/v1/images/edits', body, headers)
}

/** A file is written when there is time: the row that names it may be there before. */
async function readOnceKept(audited: Audited, id: string): Promise<AdminAnswer> {
  return await eventually(async () => {
    const answer = await audited.read(`/media/${id}`)
    expect(answer.status, answer.text).to.equal(200)
    return answer
  })
}

describe('a file of a logged request', () => {
  let audited: Audited
  let id: string
  before(async () => {
    audited = await Audited.start({}, { log_audio_bodies: true })
    await speak(audited, { 'x-tapline-user-path': '/acme' })
    const {
      data: {
        response_body: { media_id: found, ...placeholder },
      },
    } = await audited.row()
    expect(placeholder).to.deep.equal({ __audio__: true, content_type: 'audio/mpeg', bytes: 10, stored: true })
    id = found
    await readOnceKept(audited, id)
  })
  after(() => audited[Symbol.asyncDispose]())

  it('is served inline, kept by nobody, and taken for nothing else', async () => {
    const { status, headers, text } = await audited.read(`/media/${id}`)
    expect([status, text]).to.deep.equal([200, '0123456789'])
    expect(String(headers['cache-control'])).to.equal('private,no-store')
    expect(headers).to.include({ 'content-type': 'audio/mpeg', 'x-content-type-options': 'nosniff', 'content-disposition': 'inline', 'accept-ranges': 'bytes' })
  })

  const ranges: readonly [range: string, status: number, text: string, contentRange?: string][] = [
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=2-5', 206, '2345', 'bytes 2-5/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=5-2', 200, '0123456789'],
    ['bytes=0-1,3-4', 200, '0123456789'],
    ['lines=1-2', 200, '0123456789'],
    ['bytes=-', 200, '0123456789'],
  ]
  for (const [range, status, text, contentRange] of ranges) {
    it(`is served by ${range} with ${status}`, async () => {
      const answer = await audited.read(`/media/${id}`, { headers: { range } })
      expect([answer.status, answer.text, answer.headers['content-range']]).to.deep.equal([status, text, contentRange])
    })
  }

  it("is nobody else's, and no other", async () => {
    expect((await audited.read(`/media/${id}`, { as: '/acme' })).status).to.equal(200)
    const answers = [await audited.read(`/media/${id}`, { as: '/other' }), await audited.read('/media/nowhere'), await audited.read('/media/__proto__')]
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).to.equal(1)
    expect(answers[0]?.json.error.code).to.equal('media_not_found')
    expect((await audited.read(`/media/${encodeURIComponent('../../etc/passwd')}`)).status).to.equal(400)
  })

  const kept: Readonly<
    Record<string, [logging: Readonly<Record<string, unknown>>, run: (audited: Audited) => Promise<void>, input: boolean | undefined, output: boolean]>
  > = {
    'all images, where all are wanted': [{ log_image_bodies: true }, edit, true, true],
    'images that callers send': [{ log_image_bodies: true, log_image_bodies_scope: 'input' }, edit, true, false],
    'images that callers get': [{ log_image_bodies: true, log_image_bodies_scope: 'output' }, edit, false, true],
    'no images, where audio is wanted': [{ log_audio_bodies: true }, edit, false, false],
    'no audio, where images are wanted': [{ log_image_bodies: true }, speak, undefined, false],
  }
  for (const [what, [logging, run, input, output]] of Object.entries(kept)) {
    it(`is kept of ${what}`, async () => {
      await using audited = await Audited.start({}, logging)
      await run(audited)
      const { data } = await audited.row()
      expect(data.request_body.image?.stored).to.equal(input)
      expect((data.response_body.data?.[0].b64_json ?? data.response_body).stored).to.equal(output)
      if (input === true) expect((await readOnceKept(audited, data.request_body.image.media_id as string)).headers['content-type']).to.equal('image/png')
    })
  }

  it('goes when its time has come, also where its row was never stored', async () => {
    await using opened = await OpenStore.open(sqlite, { path: ':memory:' })
    const media = new MediaStore({ records: opened.storage.records('media'), files: new MediaInMemory(), log: pino({ enabled: false }) })
    const keep = (timestamp: number) =>
      media.keep({ id: `row${timestamp}`, timestamp, user_path: '/' } as AuditRow, { contentType: 'audio/mpeg', content: audio } as Media)
    const old = Array.from({ length: 450 }, (_, n) => keep(n))
    const young = keep(1000)
    await media.settled()
    const sweeps = []
    do sweeps.push(await media.deleteBefore(1000))
    while (sweeps.at(-1) === true)
    expect(sweeps).to.deep.equal([true, true, false])
    expect(await Promise.all(old.map(async kept => await media.find(kept)))).to.deep.equal(old.map(() => undefined))
    expect((await media.find(young))?.bytes).to.deep.equal(audio)
  })

  it('is kept in a folder, and goes with its row', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tapline-media-'))
    const clock = new TurnedClock()
    try {
      const files = async () => (await readdir(folder, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile()).length
      await using audited = await Audited.start(
        { clock, config: { media: { type: 'filesystem', path: folder } } },
        { log_audio_bodies: true, retention_days: 1 },
      )
      await speak(audited)
      const { data } = await audited.row()
      const id = data.response_body.media_id as string
      expect((await readOnceKept(audited, id)).text).to.equal('0123456789')
      expect(await files()).to.equal(1)
      const isThere = async () => (await audited.read(`/media/${id}`)).status !== 404 || (await files()) > 0
      let hours = 0
      for (; await isThere(); hours++) {
        clock.advance(3_600_000)
        // Each of these waits for the store, behind what the sweep asked of it.
        for (let i = 0; i < 8; i++) await audited.read(`/media/${id}`)
      }
      expect(hours).to.be.at.least(24)
      expect((await audited.read('/audit/log')).json.total).to.equal(0)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
