% A cut through a measurement beside its simulation, with Horace.
%
% Needs Horace (https://pace-neutrons.github.io/Horace) and an .sqw file; the names below are placeholders for yours.

here = fileparts(mfilename('fullpath'));
addpath(fileparts(here));
if isempty(which('disp2sqw_eval'))
    error('EUPHONIC:examples:no_horace', 'This example needs Horace: run horace_on first.');
end

sqw_file = 'quartz.sqw';
force_constants_file = 'quartz.castep_bin';

fc = euphonic.ForceConstants.from_castep(force_constants_file);
model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal', 'negative_e', true);

% Where Horace's lattice is another than the crystal's, conversion_mat takes the row [qh qk ql] to the crystal's.
% model.conversion_mat = [-1 1 1; 1 -1 1; 1 1 -1] / 2;

projection = line_proj([1 0 0], [0 1 0]);
measured = cut_sqw(sqw_file, projection, [-4, 0.05, 4], [-0.1, 0.1], [-0.1, 0.1], [0, 0.5, 60]);

% One scale factor and the width (FWHM, meV) of the Gaussian that Horace gives each mode
scale = 1;
fwhm = 1.5;
simulated = disp2sqw_eval(measured, @model.horace_disp, {scale}, fwhm);

plot(measured);
keep_figure();
plot(simulated);
