import { expect } from 'chai'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { GatewayError, gatewayError } from '../../../core/errors.ts'
import { Form } from '../../../core/form/form.ts'
import type { FormRules } from '../../../core/form/rules.ts'
import type { Upload, UploadTaker } from '../../../core/form/upload.ts'

/** An upload that a test feeds; what is fed while it is paused waits. */
class FedUpload implements Upload {
  readonly length: number | undefined
  isPaused = false
  isDiscarded = false
  #taker: UploadTaker | undefined
  readonly #waiting: (Buffer | undefined)[] = []

  constructor(length?: number) {
    this.length = length
  }

  start(taker: UploadTaker): void {
    this.#taker = taker
    this.#drain()
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    this.#drain()
  }

  discard(): void {
    this.isDiscarded = true
    this.#taker = undefined
  }

  feed(...chunks: readonly string[]): this {
    this.#waiting.push(...chunks.map(chunk => Buffer.from(chunk)))
    this.#drain()
    return this
  }

  end(): this {
    this.#waiting.push(undefined)
    this.#drain()
    return this
  }

  break(error: GatewayError): void {
    this.#taker?.failed(error)
  }

  #drain(): void {
    while (this.#taker !== undefined && !this.isPaused && this.#waiting.length > 0) {
      const chunk = this.#waiting.shift()
      if (chunk === undefined) this.#taker.end()
      else this.#taker.data(chunk)
    }
  }
}

const part = (name: string, content: string, filename?: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n${content}\r\n`
const model = part('model', 'openai/m')
const file = part('file', 'bytes', 'a.mp3')
const last = '--b--\r\n'

interface Read {
  readonly upload: FedUpload
  readonly failures: GatewayError[]
  readonly form: Promise<Form>
}

function read(upload: FedUpload, rules?: FormRules): Read {
  const failures: GatewayError[] = []
  return {
    upload,
    failures,
    form: Form.read(upload, { type: 'multipart/form-data; boundary=b', boundary: 'b', operation: 'op', rules, failed: error => failures.push(error) }),
  }
}

const refused = async (promise: Promise<unknown>): Promise<GatewayError> => {
  try {
    await promise
  } catch (cause) {
    expect(cause).to.be.instanceOf(GatewayError)
    return cause as GatewayError
  }
  throw new Error('it was taken')
}

describe('a form', () => {
  it('is read as far as the first file, if the model has come by then', async () => {
    const { upload, form } = read(new FedUpload())
    upload.feed(model + part('language', 'en'), part('file', 'begin', 'a').slice(0, -2))
    expect([...(await form).fields]).to.deep.equal([
      ['model', 'openai/m'],
      ['language', 'en'],
    ])
    expect(upload.isPaused).to.equal(true)
    expect((await form).isWhole).to.equal(false)
  })

  it('is read beyond a file that stands before the model', async () => {
    const { upload, form } = read(new FedUpload())
    upload.feed(file, model + part('language', 'en') + last).end()
    expect([...(await form).fields.keys()]).to.deep.equal(['model', 'language'])
    expect((await form).isWhole).to.equal(true)
  })

  it('is read no further than 64 KiB beyond the model', async () => {
    const { upload, form } = read(new FedUpload())
    upload.feed(model, part('prompt', 'x'.repeat(70_000)))
    expect([...(await form).fields.keys()]).to.deep.equal(['model'])
  })

  it('is refused when the model does not come within 32 MiB', async () => {
    const { upload, form } = read(new FedUpload())
    upload.feed('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n')
    for (let i = 0; i < 33; i++) upload.feed('x'.repeat(1 << 20))
    expect(await refused(form)).to.include({ code: 'body_too_large', param: 'model' })
    expect(upload.isDiscarded).to.equal(true)
  })

  it('is refused when it says model twice, behind the files too', async () => {
    expect(await refused(read(new FedUpload().feed(model, model)).form)).to.include({ status: 400, param: 'model' })
    const { upload, form, failures } = read(new FedUpload().feed(model, file))
    const body = (await form).body('openai/m', () => {}) as Readable
    const sent = text(body)
    upload.feed(model)
    expect(await refused(sent)).to.include({ param: 'model' })
    expect(failures).to.have.length(1)
  })

  describe('leaves', () => {
    it('byte for byte, where the model is spelled the same', async () => {
      const { upload, form } = read(new FedUpload().feed(model + file.slice(0, -5)))
      const body = (await form).body('openai/m', () => {}) as Readable
      upload.feed(file.slice(-5), last, 'epilogue').end()
      expect(await text(body)).to.equal(model + file + last + 'epilogue')
    })

    for (const isWhole of [true, false]) {
      it(`with another model and without what is the gateway's, ${isWhole ? 'whole' : 'as it flows'}`, async () => {
        const all = part('provider', 'acme') + part('a', '1') + model + file + part('z', '2') + last
        const upload = new FedUpload(all.length)
        const { form } = read(upload)
        upload.feed(all.slice(0, isWhole ? all.length : all.indexOf('bytes')))
        if (isWhole) upload.end()
        const read1 = await form
        read1.remove('provider')
        const length = read1.length('m-2')
        const body = read1.body('m-2', () => {})
        expect(Buffer.isBuffer(body)).to.equal(isWhole)
        if (!isWhole) upload.feed(all.slice(all.indexOf('bytes'))).end()
        const sent = Buffer.isBuffer(body) ? body.toString() : await text(body)
        expect(sent).to.equal(part('a', '1') + part('model', 'm-2') + file + part('z', '2') + last)
        expect(length).to.equal(sent.length)
      })
    }

    it('again and again as long as it is held whole', async () => {
      const form = await read(new FedUpload().feed(model + last).end()).form
      for (const name of ['x', 'longer', 'openai/m'])
        expect(
          form.body(name, () => {
            throw new Error('it flowed')
          }),
        ).to.deep.equal(Buffer.from(part('model', name) + last))
      expect(form.isSpent).to.equal(false)
    })

    it('again, if nobody has taken a byte yet; and not a second time', async () => {
      const { upload, form } = read(new FedUpload().feed(model + file))
      let flows = 0
      const first = (await form).body('m', () => {
        flows++
      }) as Readable
      first.destroy()
      expect((await form).isSpent).to.equal(false)
      const second = (await form).body('m', () => {
        flows++
      }) as Readable
      upload.feed(last).end()
      expect(await text(second)).to.equal(part('model', 'm') + file + last)
      expect(flows).to.equal(1)
      expect((await form).isSpent).to.equal(true)
    })

    it('no faster than it is taken', async () => {
      const { upload, form } = read(new FedUpload().feed(model, part('file', 'x'.repeat(10), 'a').slice(0, -2)))
      const body = (await form).body('m', () => {}) as Readable
      body.read()
      for (let i = 0; i < 100; i++) upload.feed('y'.repeat(10_000))
      expect(upload.isPaused).to.equal(true)
      expect(body.readableLength).to.be.below(200_000)
    })

    it('no further than what is broken in it', async () => {
      const { upload, form, failures } = read(new FedUpload().feed(model + file))
      const sent = text((await form).body('m', () => {}) as Readable)
      upload.feed('--b\r\nContent-Type: x\r\n\r\n')
      expect((await refused(sent)).message).to.match(/no name/)
      expect(failures[0]).to.include({ status: 400 })
      expect(upload.isDiscarded).to.equal(true)
    })

    it('no further when the caller breaks off', async () => {
      const { upload, form, failures } = read(new FedUpload().feed(model + file))
      const sent = text((await form).body('m', () => {}) as Readable)
      const error = gatewayError('body_timeout', 'too slow')
      upload.break(error)
      expect(await refused(sent)).to.equal(error)
      expect(failures).to.deep.equal([error])
    })

    it('not, when it ends before its last border', async () => {
      const { upload, form, failures } = read(new FedUpload().feed(model + file))
      const sent = text((await form).body('m', () => {}) as Readable)
      upload.end()
      await refused(sent)
      expect(failures).to.have.length(1)
    })

    it('and what is left of it is discarded with whoever gives it up', async () => {
      const { upload, form } = read(new FedUpload().feed(model + file))
      const body = (await form).body('m', () => {}) as Readable
      body.read()
      body.destroy()
      expect(upload.isDiscarded).to.equal(true)
    })

    it("refused, where a field that is the gateway's comes behind the files", async () => {
      const { upload, form } = read(new FedUpload().feed(model + file))
      ;(await form).remove('provider')
      const sent = text((await form).body('m', () => {}) as Readable)
      upload.feed(part('provider', 'acme'), part('x', '1'))
      expect(await refused(sent)).to.include({ param: 'provider' })
    })
  })

  describe('is checked by rules', () => {
    const seen: unknown[] = []
    const rules: FormRules = {
      part: ({ name, text, filename }) => {
        seen.push([name, text, filename])
      },
      whole: names => {
        seen.push(names)
      },
    }

    it('part by part, in their order, and at its end', async () => {
      seen.length = 0
      const { upload, form } = read(new FedUpload().feed(model + file), rules)
      const sent = text((await form).body('m', () => {}) as Readable)
      upload.feed(part('z', '2') + part('long', 'x'.repeat(70_000)) + last).end()
      await sent
      expect(seen).to.deep.equal([
        ['model', 'openai/m', undefined],
        ['file', undefined, 'a.mp3'],
        ['z', '2', undefined],
        ['long', undefined, undefined],
        ['model', 'file', 'z', 'long'],
      ])
    })

    it('that are added later, too', async () => {
      seen.length = 0
      const { form } = read(new FedUpload().feed(model + file + last).end())
      ;(await form).hold(rules)
      expect(seen).to.deep.equal([
        ['model', 'openai/m', undefined],
        ['file', undefined, 'a.mp3'],
        ['model', 'file'],
      ])
    })

    it('and refused by them', async () => {
      expect(
        await refused(
          read(new FedUpload().feed(part('bad', '1') + file), {
            part: ({ name }) => {
              throw gatewayError('invalid_value', name)
            },
          }).form,
        ),
      ).to.include({ message: 'bad' })
    })
  })

  describe('is collected', () => {
    const all = [
      ['model', undefined, 'openai/m'],
      ['file', 'a.mp3', 'bytes'],
      ['z', undefined, '2'],
    ]
    const parts = async (form: Form) => (await form.collect(1000)).map(({ name, filename, bytes }) => [name, filename, bytes.toString()])

    it('whole or flowing, as often as one likes', async () => {
      const whole = await read(new FedUpload().feed(model + file + part('z', '2') + last).end()).form
      expect(await parts(whole)).to.deep.equal(all)
      const upload = new FedUpload().feed(model + file)
      const flowing = await read(upload).form
      const collecting = parts(flowing)
      upload.feed(part('z', '2') + last).end()
      expect(await collecting).to.deep.equal(all)
      expect(await parts(flowing)).to.deep.equal(all)
      expect(flowing.isSpent).to.equal(false)
    })

    it('up to a limit', async () => {
      const upload = new FedUpload().feed(model + file)
      const form = await read(upload).form
      const collecting = refused(form.collect(1000))
      upload.feed(part('z', 'x'.repeat(2000)))
      expect(await collecting).to.include({ code: 'body_too_large' })
    })
  })
})
