/** A number that leads to what it counts; nothing leads to nothing. */
import { Link } from '@tanstack/react-router'
import { Count } from '../../parts/amounts.tsx'
import css from './dashboard.module.css'

export function Counted({ value, to }: { readonly value: number; readonly to: string }) {
  return value === 0 ? <span className={css['zero']}>0</span> : <Link to={to}><Count value={value} /></Link>
}
