% Tests of the MATLAB package, in Octave or MATLAB: run(fullfile('test', 'matlab', 'run_tests.m')), or in a shell
%   octave-cli -q --norc --no-history test/matlab/run_tests.m [text]
% With a text, only tests whose file or name contains it are run. They have a daemon of their own, which is stopped at
% the end. The environment variable EUPHONIC_TOOLBOX names an unpacked release that is tested instead of the checkout's
% package. The last line is `matlab: N passed, N failed, N skipped`; the exit code is 1 if any failed.
%
% A file test_x.m has a function test_x that returns its local functions; those without arguments are the tests. A test
% fails by raising an error, and is skipped by support.skip(reason).
test_folder = fileparts(mfilename('fullpath'));
addpath(test_folder);
package = getenv('EUPHONIC_TOOLBOX');
if isempty(package)
    package = fullfile(test_folder, '..', '..', 'matlab');
end
addpath(package);
in_octave = exist('OCTAVE_VERSION', 'builtin') ~= 0;
wanted = '';
if in_octave && ~isempty(argv())
    words = argv();
    wanted = words{end};
end
if ~isempty(regexp(wanted, 'run_tests(\.m)?$', 'once'))
    wanted = '';
end

totals = support.run_files(test_folder, wanted);

fprintf('matlab: %d passed, %d failed, %d skipped\n', totals);
if in_octave
    exit(double(totals(2) > 0));
elseif totals(2) > 0
    error('EUPHONIC:run_tests:failed', '%d tests failed.', totals(2));
end
