function evaluation = evaluate(caller, fc, params, frames, points, options)
    %EVALUATE   A whole calculation at any number of q-points.
    %   FC: force constants; PARAMS: of job.open without model and n_points; FRAMES: of job.open; POINTS: {qh, qk, ql},
    %   equally long real double vectors (what CHECK_Q makes of others, with the option unchecked), perhaps with LO-TO
    %   directions; OPTIONS: a struct, and EVALUATION: see native/mex/commands.h; its progress is called when it takes
    %   more than two seconds. A daemon that went away is started again, the model sent again, what is missing computed.
    max_restarts = 3;
    params.model = fc.model;
    previous = [];
    restarts = 0;
    while true
        address = euphonic.internal.connection.live_address(caller);
        % it has been found there by whoever read the connection file
        evaluation = euphonic.internal.gateway('evaluate', address, params, frames, points, options, previous);
        problem = evaluation.error;
        if isempty(problem)
            if ~isempty(evaluation.doubts)
                euphonic.internal.warn_of_doubts(caller, fc.model, evaluation.doubts);
            end
            return
        end
        if ~isempty(evaluation.missing)
            previous = evaluation;
        end
        if strcmp(problem.code, 'address_changed')
            euphonic.internal.connection.live_address(caller, true);
        elseif euphonic.internal.connection.has_gone(problem) && restarts < max_restarts
            restarts = restarts + 1;
            euphonic.internal.connection.replace_daemon(caller, address, problem);
        elseif strcmp(problem.code, 'unknown_model')
            fc.send(caller);
        elseif strcmp(problem.code, 'unknown_option') && isfield(params, 'points')
            params = rmfield(params, 'points');  % a daemon from before they had names
            options.points_kept = false;
        elseif strcmp(problem.code, 'invalid_q')
            [points{1:3}] = euphonic.internal.job.check_q(caller, points{1:3});  % says which, or makes them double
            options.unchecked = false;  % what is not double even then, a gpuArray say, is an error
        elseif ~strcmp(problem.code, 'unknown_job')
            euphonic.internal.fail(caller, problem);
        end
    end
end
