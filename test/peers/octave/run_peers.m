% Runs MATLAB test classes of others, unchanged, against the package, in Octave:
%   octave-cli -q --norc --no-history test/peers/octave/run_peers.m FOLDER
% FOLDER holds the classes (*Test*.m) with the functions that they use; its name is test, which they look for. The last
% line is `peers: N passed, N rounding, N failed, N skipped`; rounding: passed but for frequencies that are zero
% within rounding.
words = argv();
folder = words{end};
here = fileparts(mfilename('fullpath'));
addpath(fullfile(here, '..', '..', '..', 'matlab'));
addpath(here);
addpath(folder);
cd(fullfile(folder, '..'));  % where what('test') finds the folder
warning('off', 'Octave:shadowed-function');

totals = [0 0 0 0];
files = dir(fullfile(folder, '*.m'));
for i = 1:numel(files)
    text = fileread(fullfile(folder, files(i).name));
    if ~isempty(regexp(text, '^ +methods *\(Test[,)]', 'once', 'lineanchors'))
        totals = totals + run_class(files(i).name(1:end - 2), folder);
    end
end
fprintf('peers: %d passed, %d rounding, %d failed, %d skipped\n', totals);
exit(double(totals(3) > 0));
