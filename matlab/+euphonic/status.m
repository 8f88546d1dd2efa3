function facts = status()
    %STATUS   State of the calculation daemon.
    %   EUPHONIC.STATUS shows it. FACTS = EUPHONIC.STATUS() returns a struct with running (false: no daemon is alive,
    %   and of the other fields there is only connection_file), connection_file (by which the daemon is found), pid,
    %   version, protocol, host, uptime_s, threads, simd, memory_bytes, models, plans (being made: model,
    %   fraction from 0 to 1, seconds), jobs, endpoints, last_job (points, kernel_seconds, total_seconds, threads; []
    %   before the first). Starts no daemon; one that EUPHONIC.START has just launched is waited for.
    %
    %   Example
    %       facts = euphonic.status();
    %       if facts.running, disp(facts.memory_bytes / 2^20), end
    %
    %   See also EUPHONIC.START, EUPHONIC.STOP.
    caller = 'status';
    result = ask(caller);
    while ~result.running && euphonic.internal.connection.is_starting()
        pause(0.02);
        result = ask(caller);
    end
    euphonic.internal.connection.is_starting(false);
    if nargout > 0
        facts = result;
    else
        show(result);
    end
end

function result = ask(caller)
    patience = 10;  % seconds
    result = struct('running', false);
    address = euphonic.internal.connection.read_connection_file(caller);
    if ~isempty(address)
        response = euphonic.internal.connection.control(address, 'status', patience);
        if isempty(response.error)
            result = response.result;
            result.models = [result.models{:}];
            if ~isfield(result, 'plans')
                result.plans = {};  % a daemon from before it said so
            end
            result.plans = [result.plans{:}];
            result.jobs = [result.jobs{:}];
            result.running = true;
        elseif ~euphonic.internal.connection.has_gone(response.error)
            euphonic.internal.fail(caller, response.error);
        end
    end
    result.connection_file = euphonic.internal.connection.connection_file(caller);
end

function show(result)
    if ~result.running
        fprintf('No daemon is running (connection file %s). euphonic.start starts one.\n', result.connection_file);
        return
    end
    fprintf('Daemon %s (protocol %d) on %s, pid %d, up %s\n', result.version, result.protocol, result.host, ...
        result.pid, euphonic.internal.duration_text(result.uptime_s));
    fprintf('  found by %s\n', result.connection_file);
    fprintf('  threads  %d, SIMD %s\n', result.threads, result.simd);
    fprintf('  memory   %.0f MiB\n', result.memory_bytes / 2^20);
    fprintf('  models   %d\n', numel(result.models));
    for model = result.models
        % a file that changes is another model of the same source: the hash tells
        fprintf('           %s, %d atoms, %.3g MiB, model %s\n', model.source, model.n_atoms, model.bytes / 2^20, ...
            model.model(1:8));
    end
    for plan = result.plans
        fprintf('  planning model %s: %d %% in %.1f s\n', plan.model(1:8), floor(100 * plan.fraction), plan.seconds);
    end
    fprintf('  jobs     %d\n', numel(result.jobs));
    if ~isempty(result.last_job)
        job = result.last_job;
        fprintf('  last job %d q-points in %.3g s, kernel %.3g s on %d threads\n', job.points, job.total_seconds, ...
            job.kernel_seconds, job.threads);
    end
end
