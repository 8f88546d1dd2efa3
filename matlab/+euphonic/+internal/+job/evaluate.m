function evaluation = evaluate(caller, fc, params, frames, points, progress, as_cells, energies, in_daemon)
    %EVALUATE   A whole calculation at any number of q-points.
    %   FC: force constants; PARAMS: of job.open without model and n_points; FRAMES: of job.open; POINTS: {qh, qk, ql},
    %   equally long real double vectors; PROGRESS: [] or a function of (done, total, seconds), called from time to time
    %   when it takes more than two seconds; AS_CELLS: frequencies and structure factors as 1xn cells of rows instead of
    %   n_points x n arrays; ENERGIES: one for each q-point, for the quantity sqw; IN_DAEMON: whether the daemon said
    %   that it remembers the points that PARAMS name. EVALUATION: see native/mex/commands.h. A daemon that went away is
    %   started again, the model sent again, and what is missing is computed.
    max_restarts = 3;
    if nargin < 8
        energies = [];
    end
    if nargin < 9
        in_daemon = false;
    end
    options = struct('cells', as_cells, 'progress', progress, 'energies', energies, 'points_kept', in_daemon);
    previous = [];
    restarts = 0;
    while true
        address = euphonic.internal.connection.live_address(caller);
        params.model = fc.model;
        evaluation = euphonic.internal.connection.gateway('evaluate', address, params, frames, points, options, ...
            previous);
        if isempty(evaluation.error)
            if isfield(evaluation.job, 'doubts')  % an older daemon does not say them
                euphonic.internal.warn_of_doubts(caller, fc.model, evaluation.job.doubts);
            end
            return
        end
        if ~isempty(evaluation.missing)
            previous = evaluation;
        end
        if euphonic.internal.connection.has_gone(evaluation.error) && restarts < max_restarts
            restarts = restarts + 1;
            euphonic.internal.connection.replace_daemon(caller, address, evaluation.error);
        elseif strcmp(evaluation.error.code, 'unknown_model')
            fc.send(caller);
        elseif strcmp(evaluation.error.code, 'unknown_option') && isfield(params, 'points')
            params = rmfield(params, 'points');  % a daemon from before they had names
            options.points_kept = false;
        elseif ~strcmp(evaluation.error.code, 'unknown_job')
            euphonic.internal.fail(caller, evaluation.error);
        end
    end
end
