import { useQuery } from '@tanstack/react-query'
import { Card, Col, Row, Statistic } from 'antd'
import { Link } from 'react-router'
import { api, ask } from '../api/client'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { useText } from '../shell/text'
import { useDrafted } from './draft/context'
import { Workshop } from './frame'
import { Files } from './versions/files'
import { Versions } from './versions/versions'

const parts = [['numbers', 'lines'], ['queues', 'queues'], ['agents', 'agents'], ['calendars', 'calendars'], ['flows', 'flows']] as const

export default function Overview() {
  return <Workshop><Overviewed /></Workshop>
}

function Overviewed() {
  const t = useText('workshop')
  const { plan, latest } = useDrafted()
  const versions = useQuery({ queryKey: ['versions'], queryFn: () => ask(api.GET('/api/v1/config/versions')), refetchInterval: 30_000 })
  return (
    <>
      <Head title={t('overview.title')}><Files /></Head>
      <Row gutter={[12, 12]} style={{ marginBottom: 16 }}>
        <Col><Card size="small"><Statistic title={t('overview.inForce')} value={latest ? t('overview.version', { version: latest.version }) : '–'} /></Card></Col>
        {parts.map(([page, list]) => (
          <Col key={page}><Link to={`/workshop/${page}`}><Card size="small" hoverable><Statistic title={t(`menu.${page}`)} value={plan[list]?.length ?? 0} /></Card></Link></Col>
        ))}
      </Row>
      {versions.error ? <Problem error={versions.error} onRetry={() => void versions.refetch()} /> : <Versions versions={versions.data?.versions ?? []} loading={versions.isLoading} />}
    </>
  )
}
