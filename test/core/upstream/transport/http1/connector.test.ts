import { expect } from 'chai'
import { once } from 'node:events'
import { createServer as createPlainServer, type Server, type Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { portOf, refusedUrl } from '../../../../../core/testing/port.ts'
import { connectorTo, type Connector } from '../../../../../core/upstream/transport/http1/connector.ts'
import { certificate, trustCertificate } from '../../../../support/certificate/certificate.ts'

const opened = (connect: Connector) =>
  new Promise<Socket>((resolve, reject) => {
    connect((...[cause, socket]) => (cause === null ? resolve(socket) : reject(cause)))
  })

describe('a connection to a server', () => {
  it('that refuses it fails with the reason', async () => {
    const cause: unknown = await opened(connectorTo(await refusedUrl())).catch((thrown: unknown) => thrown)
    expect(cause).to.include({ code: 'ECONNREFUSED' })
  })

  it('brings what was sent on it and on no other, to the end, however often it is paused', async () => {
    const server = createPlainServer(socket => socket.once('data', letter => socket.end(Buffer.alloc(300_000, letter)))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const connect = connectorTo(`http://localhost:${portOf(server)}`)
    const brought = async (letter: string) => {
      const socket = await opened(connect)
      const pieces: Buffer[] = []
      socket.on('data', (piece: Buffer) => {
        pieces.push(piece)
        socket.pause()
        setImmediate(() => socket.resume())
      })
      socket.write(letter)
      await once(socket, 'end')
      return Buffer.concat(pieces).toString()
    }
    const letters = ['a', 'b', 'c']
    expect(await Promise.all(letters.map(brought))).to.deep.equal(letters.map(letter => letter.repeat(300_000)))
    server.close()
  })

  describe('of TLS', () => {
    let server: Server
    let accepted: TLSSocket[]

    beforeEach(async () => {
      accepted = []
      server = createServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, socket => {
        accepted.push(socket)
        socket.on('error', () => {}).write('hello')
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
    })
    afterEach(() => {
      for (const socket of accepted) socket.destroy()
      server.close()
    })

    it('speaks HTTP/1.1 there, whatever else the server does, and takes its session up again', async () => {
      const distrust = trustCertificate()
      const connect = connectorTo(`https://localhost:${portOf(server)}`)
      for (const isAgain of [false, true]) {
        const socket = (await opened(connect)) as TLSSocket
        expect(socket.alpnProtocol).to.equal('http/1.1')
        expect(socket.isSessionReused()).to.equal(isAgain)
        if (!isAgain) await once(socket, 'session')
        socket.destroy()
      }
      distrust()
    })

    it('fails where its certificate is nobody whom this machine trusts', async () => {
      const cause: unknown = await opened(connectorTo(`https://localhost:${portOf(server)}`)).catch((thrown: unknown) => thrown)
      expect(cause).to.be.instanceOf(Error).and.to.have.property('code').which.contains('CERT')
    })
  })
})
