import { ReactFlowProvider } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { Result } from 'antd'
import { Link, useParams } from 'react-router'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import { Workshop } from '../frame'
import { Editor } from './editor'

export default function FlowPage() {
  const { id = '' } = useParams()
  return <Workshop><Opened id={id} /></Workshop>
}

function Opened({ id }: { id: string }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const index = plan.flows?.findIndex((f) => f.id === id) ?? -1
  if (index < 0) return <Result status="404" title={t('flows.unknown', { id })} extra={<Link to="/workshop/flows">{t('menu.flows')}</Link>} />
  return <ReactFlowProvider key={id}><Editor flow={plan.flows![index]!} index={index} /></ReactFlowProvider>
}
