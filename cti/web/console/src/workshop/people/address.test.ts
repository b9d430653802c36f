import { expect, it } from 'vitest'
import { phoneAddress } from './address'

it('tells where a phone registers', () => {
  expect(phoneAddress({ data: '/d', port_offset: 500 }, 'hotline.example')).toEqual({ server: 'hotline.example', port: 5560, file: '/d/sip-passwords.json', foreign: false })
  expect(phoneAddress({ host: '10.0.0.9', ports: { sip: 5070 } }, 'x')).toMatchObject({ server: '10.0.0.9', port: 5070 })
  expect(phoneAddress({ host: '0.0.0.0' }, 'x').server).toBe('x')
  expect(phoneAddress({ asterisk: { url: 'http://10.0.0.5:8088/ari' }, port_offset: 500 }, 'x')).toMatchObject({ server: '10.0.0.5', port: 5060, foreign: true })
})
