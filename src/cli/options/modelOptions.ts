/** How a file of force constants is to be read, as flags. */
import { type Command, Option } from 'commander';
import type { Params } from '../../protocol/messages.js';
import { MODEL_FORMATS, PHONOPY_FC_FORMATS } from '../../protocol/options.js';
import { checkParams } from '../../protocol/validate.js';
import { fromCommandLine } from '../terminal/exitCodes.js';

export interface ModelFlags {
  format?: string;
  summaryName?: string;
  bornName?: string;
  fcName?: string;
  fcFormat?: string;
}

export function addModelOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'overrules what the content says').choices(MODEL_FORMATS))
    .option('--summary-name <file>', "phonopy's summary in the folder (default: phonopy.yaml)")
    .option('--born-name <file>', "phonopy's Born charges")
    .option('--fc-name <file>', "phonopy's force constants (default: FORCE_CONSTANTS, force_constants.hdf5)")
    .addOption(new Option('--fc-format <format>', 'how they are stored').choices(PHONOPY_FC_FORMATS));
}

/** Parameters of model.load, without the path. Throws UsageError. */
export function modelOptions(flags: ModelFlags): Omit<Params<'model.load'>, 'path'> {
  const { format, summaryName, bornName, fcName, fcFormat } = flags;
  const options = {
    ...(format !== undefined && { format: format as (typeof MODEL_FORMATS)[number] }),
    ...(summaryName !== undefined && { summary_name: summaryName }),
    ...(bornName !== undefined && { born_name: bornName }),
    ...(fcName !== undefined && { fc_name: fcName }),
    ...(fcFormat !== undefined && { fc_format: fcFormat as (typeof PHONOPY_FC_FORMATS)[number] }),
  };
  fromCommandLine(() => checkParams('model.load', { path: 'any', ...options }));
  return options;
}
