import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Empty, Table } from 'antd'
import { api, ask, type Schema } from '../api/client'
import { Problem } from '../parts/problem'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'

type Access = Schema<'Access'>

/** Who has looked at something, and why; the newest first. */
export function AccessLog({ of }: { of: string }) {
  const t = useText('customers')
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['access', of], initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => ask(api.GET('/api/v1/access', { params: { query: { of, before: pageParam, limit: 100 } } })),
    getNextPageParam: (last) => (last.more ? last.accesses[last.accesses.length - 1]?.id : undefined),
  })
  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />
  return (
    <Table<Access> size="small" rowKey="id" loading={isPending} pagination={false} scroll={{ x: 'max-content' }} dataSource={data?.pages.flatMap((p) => p.accesses) ?? []}
      footer={hasNextPage ? () => <Button size="small" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('access.more')}</Button> : undefined}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('access.none')} /> }}
      columns={[
        { title: t('access.at'), dataIndex: 'at', render: (at: string) => <Moment at={at} /> },
        { title: t('access.person'), dataIndex: 'person', className: 'tabular' },
        { title: t('access.role'), dataIndex: 'role', render: (role: string) => t(`shell:role.${role}`, { defaultValue: role }) },
        { title: t('access.what'), dataIndex: 'what' },
        { title: t('access.reason'), dataIndex: 'reason', render: (reason: string) => reason || t('access.masked') },
        { title: t('access.source'), dataIndex: 'source', className: 'tabular' },
      ]} />
  )
}
