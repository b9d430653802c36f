import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Flex, Form } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../../shell/text'

type Props = {
  name: (string | number)[]
  /** What one is called, with its number. */
  title: (n: number) => string
  add: string
  /** What a new one begins with. */
  initial: object
  most?: number
  /** The fields of one; at is the way to it within the list. */
  children: (at: number) => ReactNode
}

/** A list of groups in a form, each with fields of its own. */
export function Rows({ name, title, add: addText, initial, most, children }: Props) {
  const t = useText('workshop')
  return (
    <Form.List name={name}>
      {(fields, { add, remove }) => (
        <Flex vertical gap="small">
          {fields.map((f) => (
            <Card key={f.key} size="small" title={title(f.name + 1)}
              extra={<Button size="small" icon={<DeleteOutlined />} aria-label={`${t('remove')} ${title(f.name + 1)}`} onClick={() => remove(f.name)} />}>
              {children(f.name)}
            </Card>
          ))}
          <div><Button icon={<PlusOutlined />} disabled={most !== undefined && fields.length >= most} onClick={() => add(initial)}>{addText}</Button></div>
        </Flex>
      )}
    </Form.List>
  )
}
