import { useNodesInitialized, useReactFlow } from '@xyflow/react'
import { useEffect, useRef } from 'react'

/** Shows the whole flow once the canvas knows how large its nodes are. */
export function FitOnce() {
  const known = useNodesInitialized()
  const { fitView } = useReactFlow()
  const done = useRef(false)
  useEffect(() => {
    if (!known || done.current) return
    done.current = true
    void fitView({ padding: 0.1, maxZoom: 1 })
  }, [known, fitView])
  return null
}
