/** Whether dist/ is what src/ compiles to. */
export function isDistCurrent(): boolean;
