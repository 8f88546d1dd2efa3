/** meV/K (CODATA 2018) */
export const BOLTZMANN = 0.08617333262145;

/** meV: below it a frequency is rounding, of acoustic modes at a zone centre, and so is what follows from it; kImaginaryMeV of the kernel. */
export const LOWEST_MODE = 0.01;
