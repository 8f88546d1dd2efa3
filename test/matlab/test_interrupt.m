function tests = test_interrupt()
    %TEST_INTERRUPT   Ctrl-C during a long call, in an Octave of its own.
    tests = localfunctions();
end

function ctrl_c_returns_soon_frees_the_daemon_and_the_next_call_works()
    support.octave_only();
    euphonic.restart();
    [session, pid] = start_session();
    support.wait_for(@() jobs_of_the_daemon() == 1, 30, 'a job under way');
    pause(0.5);
    pressed = interrupt(pid);
    support.wait_for(@() exist(session.answer, 'file') == 2, 60, 'the session to end');
    pause(0.1);
    said = load(session.answer);
    seconds = said.returned - pressed;
    fprintf('          Ctrl-C: the prompt returned after %.0f ms\n', 1e3 * seconds);
    support.check(strcmp(said.identifier, 'EUPHONIC:horace_disp:interrupted'), ...
        'an identified error, found %s', said.identifier);
    support.check(seconds < 0.25, '0.25 s, found %g s', seconds);
    support.check(said.next_call, 'a next call that works');
    facts = euphonic.status();
    support.check(isempty(facts.jobs), 'no job left');
    support.check(facts.counters.cancelled >= 1, 'a cancelled job');
end

function a_session_that_is_killed_leaves_no_job()
    support.octave_only();
    [session, pid] = start_session();
    support.wait_for(@() jobs_of_the_daemon() == 1, 30, 'a job under way');
    system(sprintf('kill -9 %d', pid));
    support.wait_for(@() jobs_of_the_daemon() == 0, 10, 'the job to end');
    support.check(exist(session.answer, 'file') == 0, 'no answer of the session');
end

function n = jobs_of_the_daemon(varargin)
    facts = euphonic.status();
    n = 0;
    if facts.running
        n = numel(facts.jobs);
    end
end

function [session, pid] = start_session(varargin)
    % A job of some 100 s on one core; the answer file appears when the session has ended it.
    session.answer = [tempname() '.mat'];
    script = [tempname() '.m'];
    id = fopen(script, 'w');
    fprintf(id, 'addpath(''%s'', ''%s'');\n', fileparts(mfilename('fullpath')), ...
        fileparts(fileparts(which('euphonic.start'))));
    fprintf(id, 'model = euphonic.CoherentCrystal(support.quartz(), ''verbose'', false);\n');
    fprintf(id, '[qh, qk, ql] = support.some_q(5e6);\nidentifier = '''';\n');
    fprintf(id, 'try\n  model.horace_disp(qh, qk, ql);\ncatch problem\n  identifier = problem.identifier;\nend\n');
    fprintf(id, 'returned = time();\nw = model.horace_disp(0, 0, 1);\nnext_call = numel(w{1}) == 27;\n');
    fprintf(id, 'save(''-mat'', ''%s'', ''identifier'', ''returned'', ''next_call'');\n', session.answer);
    fclose(id);
    [~, text] = system(sprintf('octave-cli -q --norc --no-history %s >%s.log 2>&1 & echo $!', script, script));
    pid = str2double(text);
end

function seconds = interrupt(pid)
    seconds = time();
    system(sprintf('kill -INT %d', pid));
end
