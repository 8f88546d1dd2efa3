/** The last step from what a file holds to a model, which only the core can do. */
import { type ErrorCode, EuphonicError } from '../../base/errors.js';
import { type ForceConstants, makeForceConstants } from '../../models/forceConstants.js';
import type { ModelFile } from '../../models/readers/modelFile.js';
import { loadAddon } from './addon.js';
import { nativeContent } from './content.js';
import { coded } from './localExecutor.js';

/**
 * The model in a file: with short-range force constants, where the crystal is polar. `threads` take the dipole–dipole part out
 * of total ones: of the content's own array, where it is `given` away. Throws `file_damaged`, also where what is left is no model.
 */
export async function finishModel(
  { content, isTotal, source }: Pick<ModelFile, 'content' | 'isTotal' | 'source'>,
  threads = 1,
  given = false,
): Promise<ForceConstants> {
  checkEwald(content, source, 'file_damaged');
  if (!isTotal || !content.born) return content;
  const forceConstants = given ? content.forceConstants : content.forceConstants.slice();
  await coded(loadAddon().subtractDipolePart(nativeContent({ ...content, forceConstants }), threads));
  const where = `${source}, after its dipole–dipole part has been taken out`;
  return makeForceConstants({ ...content, forceConstants }, where, 'file_damaged');
}

/** Throws `code` for a polar crystal whose Ewald sums would have more terms than the core takes. */
export function checkEwald({ crystal, dielectric }: ForceConstants, where: string, code: ErrorCode): void {
  if (!dielectric) return;
  try {
    loadAddon().checkEwald(crystal.cellVectors, dielectric);
  } catch (error) {
    const { code: nativeCode, message } = error as { code?: string; message: string };
    if (nativeCode !== 'invalid_argument') throw error;
    throw new EuphonicError(code, message, {
      where,
      expected:
        'a cell, as the dielectric tensor stretches it, without a direction in which it is some hundred times longer than in another',
      advice: 'Is the file damaged, or in other units than it says?',
    });
  }
}
