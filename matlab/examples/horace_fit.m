% A fit of intensity and frequency scale to a measurement, with Horace.
%
% Needs Horace (https://pace-neutrons.github.io/Horace) and an .sqw file; the names below are placeholders for yours.
% fit_scale_factors.m beside this file does the same on made-up data, without Horace.

here = fileparts(mfilename('fullpath'));
addpath(fileparts(here));
if isempty(which('multifit_sqw'))
    error('EUPHONIC:examples:no_horace', 'This example needs Horace: run horace_on first.');
end

fc = euphonic.ForceConstants.from_castep('quartz.castep_bin');
model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal', 'verbose', false);
measured = read_horace('cut.sqw');

% Every evaluation asks for the same q-points with other factors: they are calculated once (see cache_limit).
fwhm = 1.5;
fit = multifit_sqw(measured);
fit = fit.set_fun(@disp2sqw, {@model.horace_disp, [1 1], fwhm});
fit = fit.set_free([1 1]);
fit = fit.set_options('list', 2);
[fitted, parameters] = fit.fit();

fprintf('intensity scale %.4g, frequency scale %.4g\n', parameters.p(1:2));
plot(fitted);
