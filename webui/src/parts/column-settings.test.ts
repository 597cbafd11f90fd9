import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseColumnSettings } from './column-settings.ts'

const UNCHANGED = { visible: {}, widthsPx: {}, sort: null }

it('what is kept of a list is read again, and what is not of its shape is left out', () => {
  const settings = { visible: { name: false }, widthsPx: { size: 120 }, sort: { property: 'name', isAscending: false } }
  assert.deepEqual(parseColumnSettings(JSON.stringify(settings)), settings)
  assert.deepEqual(
    parseColumnSettings('{"visible":{"a":0,"b":true},"widthsPx":{"a":"wide","b":80,"c":null},"sort":{"property":1}}'),
    { visible: { b: true }, widthsPx: { b: 80 }, sort: null },
  )
  for (const text of [null, '', 'null', '[]', '{', '7']) assert.deepEqual(parseColumnSettings(text), UNCHANGED)
})
