import { Head } from '../parts/page'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import { Workshop } from './frame'
import { Alarms } from './health/alarms'
import { DeadLetters } from './health/deadletters'
import { Deliveries } from './health/deliveries'
import { Parts } from './health/parts'
import { Webhooks } from './health/webhooks'

/** How each part of the service does. */
export default function HealthPage() {
  const t = useText('workshop')
  const outside = useRole('operator', 'administrator', 'auditor')
  const letters = useRole('administrator', 'auditor')
  return (
    <Workshop plain>
      <Head title={t('menu.health')} />
      <Parts />
      <Alarms />
      {outside && <><Webhooks /><Deliveries /></>}
      {letters && <DeadLetters />}
    </Workshop>
  )
}
