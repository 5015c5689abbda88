import { expect } from 'chai'
import { compilePattern } from '../../../core/plugin/pattern.ts'
import { entropyOf, hasLongWord, randomWords } from '../../../plugins/secrets/entropy.ts'
import { SecretScanner, type ScannerOptions } from '../../../plugins/secrets/scanner.ts'
import { vendorNames } from '../../../plugins/secrets/vendors.ts'
import { canaries, privateKey } from '../../support/canaries.ts'

const scanner = (options: Partial<ScannerOptions> = {}) =>
  new SecretScanner({ vendors: vendorNames, entropy: 0, min_length: 20, allow_list: [], ...options }, compilePattern)
const byForm = scanner()
const byEntropy = scanner({ vendors: [], entropy: 4 })
const found = (text: string, by = byForm) => by.find(text).map(({ start, end }) => text.slice(start, end))

describe('the forms of credentials', () => {
  for (const [vendor, texts] of Object.entries(canaries)) {
    for (const secret of texts) {
      it(`know one of ${vendor}: ${secret.slice(0, 12)}…`, () => {
        expect(byForm.find(`the key is "${secret}", no?`)).to.deep.include({ start: 12, end: 12 + secret.length, entity: vendor })
        expect(found(secret)).to.deep.equal([secret])
      })
    }
  }
  it('are all tried with an example', () =>
    expect([...Object.keys(canaries), 'connection_string', 'discord', 'private_key'].sort()).to.deep.equal([...vendorNames].sort()))

  it('take of an assignment only the secret', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY'
    expect(found(`aws_secret_access_key = ${secret}\n`)).to.deep.equal([secret])
    expect(found(`"SecretAccessKey": "${secret}"`)).to.deep.equal([secret])
    expect(found('postgresql://ann:hunter22@db.example/x')).to.deep.equal(['hunter22'])
    expect(found('redis://:hunter22@cache')).to.deep.equal(['hunter22'])
    const noise = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzCaB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzC'
    expect(found(`https://discord.com/api/webhooks/123456/${noise}`)).to.deep.equal([`123456/${noise}`])
    expect(found(`https://hooks.slack.com/services/T000/B000/${noise}`)).to.deep.equal([`T000/B000/${noise}`])
    expect(found(`AccountName=x;AccountKey=${noise}==;`)).to.deep.equal([`${noise}==`])
    expect(found(`?sv=1&sig=${noise}&se=2`)).to.deep.equal([noise])
  })

  for (const [name, eol] of [
    ['lines', '\n'],
    ['lines of another system', '\r\n'],
    ['escaped lines', '\\n'],
  ] as const) {
    it(`know a private key in ${name}, whole, and the rest of one`, () => {
      const key = privateKey(eol)
      expect(found(`a ${key} b`)).to.deep.equal([key])
      expect(found(`${key.slice(100)} b`)).to.deep.equal([key.slice(100)])
    })
  }

  it('are only those that are asked for', () => {
    const [secret = ''] = canaries['github'] ?? []
    expect(found(secret, scanner({ vendors: ['aws', 'npm'] }))).to.deep.equal([])
    expect(found(secret, scanner({ vendors: ['github'] }))).to.deep.equal([secret])
    expect(found(secret, scanner({ vendors: [] }))).to.deep.equal([])
  })

  it('let pass what is allowed', () => {
    const [secret = ''] = canaries['aws'] ?? []
    expect(found(`${secret} ${secret}Z`, scanner({ allow_list: [secret] }))).to.deep.equal([])
  })
})

const clean = [
  'Ask-me-anything about task-oriented, risk-free sk-learn pipelines.',
  'internationalization and electroencephalographically',
  'getUserAccountByIdentifierAndTenant2',
  'https://example.org/docs/guides/getting-started-2024/index.html',
  'https://github.com/anthropics/claude-code/commit/0123456789abcdef0123456789abcdef01234567',
  'UUID 123e4567-e89b-12d3-a456-426614174000',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'A_CONSTANT_WITH_A_LONG_NAME_AND_2_NUMBERS_42',
  'src/components/Header2/NavigationBar.test.tsx',
  '2024-01-02T12:30:45.123456789Z',
  '-----BEGIN PRIVATE KEY----- is how it begins',
  'eyJ is how tokens begin',
  'SG.1.2 and AKIA and xoxb-',
  '1234567890123456789012345678901234567890',
  'supercalifragilisticexpialidocious',
  '------------------------------',
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore',
]

describe('the entropy of words', () => {
  it('is that of Shannon', () => {
    expect(entropyOf('aaaa')).to.equal(0)
    expect(entropyOf('abab')).to.equal(1)
    expect(entropyOf('abcdefgh')).to.equal(3)
  })

  for (const secret of ['tGzv3JOkF0XG5Qx2TlKWIA', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'h8Kd-2mZq_Lw93nTbX7pVc', 'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5']) {
    it(`tells ${secret} from what people write`, () => {
      expect(found(`it is ${secret}.`, byEntropy)).to.deep.equal([secret])
      expect(found(secret, byEntropy)).to.deep.equal([secret])
    })
  }
  for (const text of clean) it(`finds nothing in ${text}`, () => expect(found(text, scanner({ entropy: 4 }))).to.deep.equal([]))

  it('finds every long word, wherever it stands', () => {
    const word = 'tGzv3JOkF0XG5Qx2TlKWIA'
    for (let before = 0; before < 50; before++) {
      const text = `${'a b'.repeat(20).slice(0, before)} ${word} and ${word}`
      expect(randomWords(text, { entropy: 4, minLength: 20 }), text).to.have.length(2)
    }
  })

  it('looks only at words of the length that is asked for', () => {
    expect(found('tGzv3JOkF0XG5Qx2TlKWIA', scanner({ vendors: [], entropy: 4, min_length: 23 }))).to.deep.equal([])
    expect(found('tGzv3JOkF0XG5Qx2', scanner({ vendors: [], entropy: 3.5, min_length: 16 }))).to.deep.equal(['tGzv3JOkF0XG5Qx2'])
  })
})

describe('a long word', () => {
  it('is found wherever it stands, and nowhere else', () => {
    for (let before = 0; before < 40; before++) {
      const start = 'ab cde '.repeat(8).slice(0, before)
      expect(hasLongWord(`${start} 123456789012 x`, 12), start).to.equal(true)
      expect(hasLongWord(`${start} 123456789012`, 12), start).to.equal(true)
      expect(hasLongWord(`${start} 12345678901 x`, 12), start).to.equal(false)
    }
    expect(hasLongWord('', 12)).to.equal(false)
  })
})
