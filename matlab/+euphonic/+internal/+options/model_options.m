function [names, n_positional] = model_options()
    %MODEL_OPTIONS   Options of euphonic.CoherentCrystal in the order of its positional arguments.
    %   The first N_POSITIONAL can be given by position. Those from insert_gamma on cannot change a result here; they
    %   are accepted because scripts written for other packages give them.
    names = {'debye_waller_grid', 'debye_waller', 'temperature', 'bose', 'negative_e', 'conversion_mat', 'chunk', ...
             'lim', 'scattering_lengths', 'verbose', 'asr', 'dipole', 'dipole_parameter', 'splitting', 'n_threads', ...
             'cache_limit', 'splitting_directions', 'insert_gamma', 'reduce_qpts', 'use_c', 'useparallel', 'threads'};
    n_positional = 10;
end
