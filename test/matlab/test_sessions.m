function tests = test_sessions()
    %TEST_SESSIONS   Several Octave sessions with one daemon.
    tests = localfunctions();
end

function two_sessions_at_once()
    run_sessions(2, 50000, 0);
end

function eight_sessions_at_once_one_of_them_killed()
    run_sessions(8, 20000, 1);
end

function sessions_that_start_together_find_one_daemon()
    euphonic.stop();
    run_sessions(4, 100, 0);
end

function run_sessions(n, n_points, n_killed)
    % Each session calculates its own q-points three times and saves sums of the results; the last ones are killed.
    support.octave_only();
    session = struct('answer', {}, 'pid', {});
    for i = 1:n
        session(i) = start_session(i, n_points);
    end
    if n_killed > 0
        support.wait_for(@() jobs_of_the_daemon() > 0, 60, 'a job under way');
        for i = n - n_killed + 1:n
            system(sprintf('kill -9 %d', session(i).pid));
        end
    end
    fc = support.quartz();
    pids = zeros(1, 0);
    for i = 1:n - n_killed
        support.wait_for(@() exist(session(i).answer, 'file') == 2, 120, sprintf('session %d to end', i));
        said = load(session(i).answer);
        model = euphonic.CoherentCrystal(fc, 'temperature', 10 * i);
        [qh, qk, ql] = support.some_q(200);
        [w, sf] = model.horace_disp(qh, qk, ql);
        support.check(isequal(said.w, w) && isequal(said.sf, sf), 'the results of session %d', i);
        support.check(isequal(said.sums, said.sums(1) * [1 1 1]), 'the same results each time');
        pids(end + 1) = said.daemon; %#ok<AGROW>
        delete(session(i).answer);
    end
    facts = euphonic.status();
    support.check(pids == facts.pid, 'one daemon for all, found pids %s', mat2str(pids));
    support.wait_for(@() jobs_of_the_daemon() == 0, 10, 'no job left');
end

function n = jobs_of_the_daemon(varargin)
    facts = euphonic.status();
    n = 0;
    if facts.running
        n = numel(facts.jobs);
    end
end

function session = start_session(i, n_points)
    lines = {sprintf('kelvin = %d;', 10 * i)
             'model = euphonic.CoherentCrystal(support.quartz(), ''temperature'', kelvin, ''verbose'', false);'
             sprintf('[qh, qk, ql] = support.some_q(%d);', n_points)
             'sums = zeros(1, 3);'
             'for k = 1:3'
             '    [~, sf] = model.horace_disp(qh, qk, ql);'
             '    sums(k) = sum([sf{:}]);'
             'end'
             '[qh, qk, ql] = support.some_q(200);'
             '[w, sf] = model.horace_disp(qh, qk, ql);'
             'facts = euphonic.status();'
             'daemon = facts.pid;'};
    [session.answer, session.pid] = support.octave_session(lines, {'w', 'sf', 'sums', 'daemon'});
end
