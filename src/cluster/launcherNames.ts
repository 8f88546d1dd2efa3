/** By what workers are started. */
export const LAUNCHERS = ['slurm', 'local', 'none'] as const;
export type LauncherName = (typeof LAUNCHERS)[number];

export const LAUNCHER_WORDS =
  'slurm: as jobs of Slurm; local: as processes of this computer; none: they are started by hand';

/** For what there are scripts that start workers. */
export const SCRIPTS = ['slurm', 'htcondor', 'kubernetes', 'ssh'] as const;
export type ScriptName = (typeof SCRIPTS)[number];
