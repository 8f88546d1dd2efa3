/** Options have names of their own in the protocol and in MATLAB: what the daemon says about them, in flags. */

const NAMES = [
  'dipole_parameter',
  'debye_waller_grid',
  'negative_e',
  'scattering_lengths',
  'n_threads',
  'summary_name',
  'born_name',
  'fc_name',
  'fc_format',
  'e_min',
  'e_max',
  'e_incident',
  'e_final',
  'q_spacing',
  'ebins',
  'npts_max',
  'u_bin',
  'v_bin',
  'w_bin',
  'e_bin',
];

/** Names that are words, too: only as the subject of a message, or as the place of a fault. */
const WORDS = ['asr', 'dipole', 'splitting', 'temperature', 'bose', 'format', 'pdos', 'u', 'v'];

// not in paths
const NAME = new RegExp(`(?<![\\w./\\\\-])(${NAMES.join('|')})(?![\\w/\\\\-]|\\.\\w)`, 'g');
const WORD = new RegExp(`(^|\\bWhere: )(${WORDS.join('|')})(?= is |$)`, 'gm');

/** The text with flags such as --born-name in place of names such as born_name. */
export function withFlags(text: string): string {
  return text.replace(NAME, (name) => `--${name.replaceAll('_', '-')}`).replace(WORD, '$1--$2');
}
