import { useQuery } from '@tanstack/react-query'
import { Button, Card, Flex, Spin, Tag } from 'antd'
import { useRef, useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, ask } from '../api/client'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { useText } from '../shell/text'
import { Amendments } from './amendments'
import { Facts } from './facts'
import { Proof } from './proof'
import { ReasonButton } from './reason'
import { Recordings } from './recordings'
import type { Heard, Seek } from './sound'
import { Story } from './story'
import { Matters } from './matters'

/** The whole story of one call. */
export default function CallPage() {
  const t = useText('calls')
  const { id = '' } = useParams()
  // Another call is another page: nothing of one is shown of the next.
  return id ? <Call key={id} id={id} /> : <Problem error={t('shell:notFound')} />
}

function Call({ id }: { id: string }) {
  const t = useText('calls')
  const [reveal, setReveal] = useState<string>()
  const { data, error, refetch, dataUpdatedAt } = useQuery({
    queryKey: ['call', id, reveal],
    queryFn: () => ask(api.GET('/api/v1/calls/{id}', { params: { path: { id }, query: { reveal } } })),
    refetchInterval: (query) => (reveal || query.state.data?.ended_at ? false : 5_000),
    placeholderData: (old) => old,
    staleTime: reveal ? Infinity : undefined, // each look at a whole number is on record
    refetchOnWindowFocus: !reveal,
  })
  const [head, setHead] = useState<number>()
  const [heard, setHeard] = useState<Heard>()
  const seek = useRef<Seek>(null)
  const problem = error && <Problem error={error} onRetry={() => { setReveal(undefined); void refetch() }} />
  if (!data && problem) return problem
  if (!data) return <Spin description={t('shell:loading')}><div style={{ minHeight: '8rem' }} /></Spin>
  return (
    <Flex vertical gap="middle">
      {problem}
      <Head title={t('call', { id: data.id })}>
        {data.emergency && <Tag color="red">{t('emergency')}</Tag>}
        {!data.ended_at && <Tag color="blue">{t('going')}</Tag>}
        {data.erased && <Tag>{t('sealOf.erasure')}</Tag>}
        <Link to="/calls"><Button>{t('title')}</Button></Link>
      </Head>
      <Story record={data} now={dataUpdatedAt} heard={heard} playHead={head} onSeek={(at) => { setHead(at); seek.current?.(at) }} />
      <Recordings record={data} heard={heard} onHeard={setHeard} onHead={setHead} seek={seek} />
      <Facts record={data} action={!reveal && <ReasonButton words={t('shell:reveal')} ask={t('shell:revealReason')} onReason={(why) => setReveal(why)} />} />
      <Matters record={data} />
      <Card size="small" title={<h2 className="card-title">{t('amendments')}</h2>}><Amendments record={data} /></Card>
      <Proof record={data} />
    </Flex>
  )
}
