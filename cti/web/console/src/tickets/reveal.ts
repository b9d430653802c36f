import { useState } from 'react'

/**
 * Why whole numbers are shown, empty while they are masked. It is kept in no address and
 * nowhere else: whoever comes again gives his reason again.
 */
export function useReveal(): [string, (reason: string) => void] {
  return useState('')
}
