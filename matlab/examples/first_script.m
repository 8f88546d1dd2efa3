% A first script: frequencies and intensities of a crystal at some q-points.
%
% For a crystal of your own replace the file: from_castep reads a .castep_bin or .check file, from_phonopy and from_vasp
% what these programs write.

here = fileparts(mfilename('fullpath'));
addpath(fileparts(here));

fc = euphonic.ForceConstants.from_json_file(fullfile(here, 'data', 'quartz_bks.json.gz'));
model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal');

qh = [0.1 0.2 0.3];
qk = [0 0 0];
ql = [1 1 1];
[w, sf] = model.horace_disp(qh, qk, ql);

for i = 1:numel(qh)
    fprintf('q = (%g %g %g)\n', qh(i), qk(i), ql(i));
    for mode = 1:6
        fprintf('  %8.3f meV  %10.4g mbarn\n', w{mode}(i), sf{mode}(i));
    end
end
