/** Pixels of a chart that says nothing else. */
export const HEIGHT_PX = 180
