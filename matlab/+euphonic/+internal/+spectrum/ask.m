function [found, arrays] = ask(caller, method, model, args, names, takes_scattering)
    %ASK   A spectrum that the daemon makes of a model.
    %   MODEL: a CoherentCrystal, or force constants, which stand for a model with default options; ARGS: name-value
    %   pairs of options of the spectrum, NAMES: those that METHOD knows, in their long form. TAKES_SCATTERING: whether
    %   it depends on the model's temperature and on what else intensities do. A density of states depends on the
    %   temperature with q_mean alone.
    model = euphonic.internal.spectrum.as_model(caller, model);
    params = euphonic.internal.spectrum.parameters(caller, args, names);
    frames = [];
    if takes_scattering
        [own, frames] = model.spectrum_request(caller);
        dropped = {'quantity', 'negative_e', 'splitting', 'mode_gradients'};
        if any(strcmp('path', names)) && isfield(own, 'splitting')
            dropped(strcmp('splitting', dropped)) = [];
        end
    else
        kept = {'asr', 'dipole', 'dipole_parameter', 'n_threads'};
        own = euphonic.internal.job.parameters(model.calculation_options());
        if isfield(params, 'q_mean')
            [own, frames] = model.spectrum_request(caller);
            kept = [kept, {'temperature', 'debye_waller_grid'}];
        end
        dropped = setdiff(fieldnames(own).', kept);
    end
    own = rmfield(own, intersect(dropped, fieldnames(own).'));
    for name = fieldnames(own).'
        params.(name{1}) = own.(name{1});
    end
    progress = euphonic.internal.job.show_progress(model.verbose);
    [found, arrays] = model.force_constants.ask(caller, method, params, frames, progress);
    euphonic.internal.spectrum.tell(caller, found, model.asr);
end
