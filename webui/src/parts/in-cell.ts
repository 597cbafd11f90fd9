/**
 * Whether a part stands in a cell of a long list. There are hundreds of them, so it is as light as it can be; and the list
 * is one stop of the Tab key, from which the arrows go on, so it takes no focus of its own.
 */
import { createContext } from 'react'

export const InCell = createContext(false)
