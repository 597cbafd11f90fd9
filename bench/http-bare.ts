/** The least that Node does for an answer: what an HTTP server on this machine can reach at all. Prints its port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const REPLY = Buffer.from(JSON.stringify({ methodResponses: [['Core/echo', { hello: true }, '0']], sessionState: '0' }))

const server = createServer((request, response) => {
  request.on('data', () => {})
  request.on('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': REPLY.length })
    response.end(REPLY)
  })
})
server.listen(0, '127.0.0.1', () => { console.log((server.address() as AddressInfo).port) })
