/** The runner of the peers' MATLAB tests tells what passes, what fails and what could not be tried. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const RUNNER = resolve(import.meta.dirname, 'octave', 'run_peers.m');

const BASE = `classdef SampleBase < matlab.mock.TestCase
    properties
        offset
    end
    properties (ClassSetupParameter)
        base = {1, 2};
        extra = {missing, 0};
    end
    methods (TestClassSetup)
        function add(testCase, base, ...
                     extra)
            testCase.offset = base - 1;
            if ~ismissing(extra)
                testCase.offset = testCase.offset + extra;
            end
        end
    end
end
`;

// Offsets are 0, 0, 1, 1; each with steps 0, 0.005 (beyond the bounds, as rounding near zero may be) and 2.
const SAMPLE = `classdef SampleTest < SampleBase
    properties (MethodSetupParameter)
        step = {0, 0.005, 2};
        twice = {0, 0, 0};
    end
    methods (TestMethodSetup, ParameterCombination='sequential')
        function step_on(testCase, step, twice)
            testCase.offset = testCase.offset + step + twice;
        end
    end
    methods(Test, TestTags={'any'})
        function is_near_zero(testCase)
            import matlab.unittest.constraints.IsEqualTo
            import matlab.unittest.constraints.AbsoluteTolerance
            import matlab.unittest.constraints.RelativeTolerance
            bounds = AbsoluteTolerance(1e-6) | RelativeTolerance(0.01);
            testCase.verifyThat([testCase.offset, 100.5], IsEqualTo([0, 100], 'within', bounds));
        end
        function reads_a_file(testCase)
            load(fullfile(fileparts(mfilename('fullpath')), 'expected_output', 'absent'), 'x');
        end
        function raises(testCase)
            error('any:thing', 'raised');
        end
    end
end
`;

describe("the runner of peers' MATLAB tests", () => {
  const folder = mkdtempSync(join(tmpdir(), 'euphonic-peers-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('runs every combination of parameters and counts what came of it', function () {
    mkdirSync(join(folder, 'test'));
    writeFileSync(join(folder, 'test', 'SampleBase.m'), BASE);
    writeFileSync(join(folder, 'test', 'SampleTest.m'), SAMPLE);
    const options = ['-q', '--norc', '--no-history', RUNNER, join(folder, 'test')];
    const { error, status, stdout, stderr } = spawnSync('octave-cli', options, { encoding: 'utf8' });
    if (error) this.skip();
    // is_near_zero: 2 offsets of 0 × (0 passes, 0.005 is rounding, 2 fails), 2 offsets of 1 × 3 fail; reads_a_file: 12
    // are skipped; raises: 12 fail.
    assert.match(stdout, /^peers: 2 passed, 2 rounding, 20 failed, 12 skipped$/m, stderr);
    assert.match(
      stdout,
      /failed {3}SampleTest\.is_near_zero base=1 extra=1 step=3 twice=3 {2}1 of 2 elements/,
    );
    assert.match(stdout, /there is no \S+absent/);
    assert.equal(status, 1);
  });
});
