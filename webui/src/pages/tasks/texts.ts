/** What the pages of tasks and of their history say. */
import { pageTexts } from '../../texts/language.ts'
import { de } from './texts-de.ts'
import type { TaskTexts } from './texts-en.ts'
import { en } from './texts-en.ts'

export type { TaskTexts }
export const useTaskTexts = pageTexts<TaskTexts>({ en, de })
