import type { Calculator } from '../../spectra/calculation/calculator.js';
import { fromCommandLine } from '../terminal/exitCodes.js';
import { provenanceOf } from './report.js';
import type { Session } from './session.js';

/** What calculates a command's spectrum. The memory is this process's own. */
export function calculatorOf(session: Session, command: string): Calculator {
  return {
    ...session,
    asked: fromCommandLine,
    reserve: async () => {},
    provenance: provenanceOf(session, command, {}),
  };
}
