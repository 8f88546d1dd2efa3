/** A crystal and what a model of it is made of: the types that readers, checks and calculations share. Atomic units; arrays are row-major. */

export interface Crystal {
  /** [3,3] bohr, one cell vector a row; left-handed cells are valid */
  readonly cellVectors: Float64Array;
  /** [n,3] fractional coordinates, any real numbers */
  readonly atomR: Float64Array;
  /** [n] element symbols, or what the file calls the species */
  readonly atomType: readonly string[];
  /** [n] electron masses */
  readonly atomMass: Float64Array;
}

/** What a model is made of; `makeForceConstants` checks it. */
export interface ForceConstantsContent {
  readonly crystal: Crystal;
  /** [3,3] supercell vectors (rows) in units of the cell vectors */
  readonly scMatrix: Int32Array;
  /** [nCells,3] lattice vector of each cell of the supercell, in units of the cell vectors */
  readonly cellOrigins: Int32Array;
  /** [nCells,3n,3n] hartree/bohr²: block (κα, κ'β) couples atom κ in the cell at 0 0 0 with κ' in cell c.
   * For a polar crystal the short-range part: total minus dipole–dipole. */
  readonly forceConstants: Float64Array;
  /** [n,3,3] Born effective charges in elementary charges: first index displacement, second electric field */
  readonly born?: Float64Array;
  /** [3,3] high-frequency dielectric tensor relative to vacuum; present exactly when `born` is */
  readonly dielectric?: Float64Array;
}
