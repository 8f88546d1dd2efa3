function map = sqw_along(caller, model, path, energy, fwhm)
    %SQW_ALONG   S(Q,w) along a path: a Gaussian of unit area for every mode, which the daemon makes.
    %   MODEL: a CoherentCrystal; PATH: as PATH_OF gives it, q-points in the model's reciprocal-lattice units; ENERGY: a
    %   column, meV; FWHM in meV. MAP: numel(ENERGY) x number of q-points, mbarn/meV per atom. Directions at zone
    %   centres are the model's splitting_directions, or those of PATH.
    [params, frames] = model.spectrum_request(caller);
    params = rmfield(params, 'quantity');
    params.width = {fwhm};
    if model.lim < Inf
        params.intensity_limit = model.lim;
    end
    directions = model.splitting_directions;
    if strcmp(directions, 'average')
        euphonic.internal.fail(caller, 'invalid_argument', ...
            ['Option ''splitting_directions'' is ''average'', and a path has one direction at each zone centre. ' ...
             'Set it to ''None'', or to directions.']);
    elseif euphonic.internal.options.is_none(directions)
        directions = path.directions;
    end
    request = struct('conversion_mat', {model.conversion_mat}, 'splitting_directions', {directions});
    points = euphonic.internal.job.placed(caller, model.force_constants, request, num2cell(path.qpts, 1), []);
    n = size(path.qpts, 1);
    sent = [frames, euphonic.internal.connection.frame('qpts', [points{1:3}].', [3 n]), ...
            euphonic.internal.connection.frame('energies', energy, numel(energy))];
    if numel(points) > 3
        sent(end + 1) = euphonic.internal.connection.frame('directions', [points{4:6}].', [3 n]);
    end
    [found, arrays] = model.force_constants.ask(caller, 'spectrum.sqw', params, sent, ...
        euphonic.internal.job.show_progress(model.verbose));
    euphonic.internal.spectrum.tell(caller, found, model.asr);
    map = arrays.intensities.';
end
