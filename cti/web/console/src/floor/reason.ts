// Why an agent is in a state: the hotline's own reasons have words here, people's are shown as they are.
import type { useText } from '../shell/text'

const own: Record<string, string> = {
  'phone registered': 'registered',
  'phone not registered': 'lost',
  'two calls missed in a row': 'misses',
  'phone does not react': 'deaf',
  'call over': 'callOver',
  'wrap-up time over': 'wrapUpOver',
  'offer ended': 'offerEnded',
  'called by the switch itself': 'bySwitch',
  supervises: 'supervises',
  'supervision over': 'supervised',
  'logged off': 'loggedOff',
}

export function reasonOf(reason: string | undefined, t: ReturnType<typeof useText>): string {
  if (!reason) return ''
  const key = Object.hasOwn(own, reason) ? own[reason] : undefined
  return key ? t(`why.${key}`) : reason
}
