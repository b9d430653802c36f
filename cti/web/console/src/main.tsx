import { createRoot } from 'react-dom/client'
import { Console } from './shell/console'
import './shell/console.css'

createRoot(document.getElementById('root')!).render(<Console />)
