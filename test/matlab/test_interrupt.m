function tests = test_interrupt()
    %TEST_INTERRUPT   Ctrl-C during a long call, in an Octave of its own.
    tests = localfunctions();
end

function ctrl_c_ends_a_loop_that_catches_errors_frees_the_daemon_and_the_next_call_works()
    support.octave_only();
    euphonic.restart();
    [answer, pid] = start_session();
    support.wait_for(@() jobs_of_the_daemon() == 1, 30, 'a job under way');
    pause(0.5);
    pressed = interrupt(pid);
    support.wait_for(@() exist(answer, 'file') == 2, 60, 'the session to end');
    said = load(answer);
    seconds = said.returned - pressed;
    fprintf('          Ctrl-C: the prompt returned after %.0f ms\n', 1e3 * seconds);
    support.check(said.caught == 0 && said.finished == 0, 'no further round of the loop, found %d and %d', ...
        said.caught, said.finished);
    support.check(seconds < 0.25, '0.25 s, found %g s', seconds);
    support.check(said.next_call, 'a next call that works');
    facts = euphonic.status();
    support.check(isempty(facts.jobs), 'no job left');
    support.check(facts.counters.cancelled >= 1, 'a cancelled job');
end

function ctrl_c_while_progress_is_shown_stops_too()
    % the function that shows progress is interrupted, not the waiting
    support.octave_only();
    euphonic.restart();
    lines = {'fc = support.quartz();'
             '[qh, qk, ql] = support.some_q(5e6);'
             'params = struct(''quantity'', ''frequencies'');'
             'slow = @(varargin) pause(60);'
             'caught = 0;'
             ['try, euphonic.internal.job.evaluate(''t'', fc, params, [], {qh, qk, ql}, struct(''progress'', slow)); ' ...
              'catch, caught = 1; end']
             'returned = time();'};
    [answer, pid] = support.octave_session(lines, {'caught', 'returned'});
    support.wait_for(@() jobs_of_the_daemon() == 1, 30, 'a job under way');
    pause(3);
    pressed = interrupt(pid);
    support.wait_for(@() exist(answer, 'file') == 2, 60, 'the session to end');
    said = load(answer);
    support.check(said.caught == 0 && said.returned - pressed < 0.5, '0.5 s, found %g s', said.returned - pressed);
    support.wait_for(@() jobs_of_the_daemon() == 0, 2, 'the cores to be free');
end

function ctrl_c_while_a_debye_waller_grid_is_calculated_stops_that()
    support.octave_only();
    euphonic.restart();
    lines = {'model = euphonic.CoherentCrystal(support.quartz(), [100 100 100], ''temperature'', 300);'
             'caught = 0;'
             'try, model.horace_disp(0, 0, 1); catch, caught = 1; end'
             'returned = time();'};
    [answer, pid] = support.octave_session(lines, {'caught', 'returned'});
    support.wait_for(@() jobs_of_the_daemon() == 1, 30, 'a calculation under way');
    pause(0.3);
    ctrl_c_stops_it(answer, pid);
end

function ctrl_c_ends_a_powder_average()
    support.octave_only();
    for call = {'euphonic.powder(model, [], [], ''error'', 0.01)', ...
                'model.powder_sqw(linspace(0, 8, 50), zeros(1, 50), zeros(1, 50), 20, [1 1 2], ''error'', 0.01)'}
        euphonic.restart();
        lines = {'model = euphonic.CoherentCrystal(support.quartz());'
                 'caught = 0;'
                 ['try, ' call{1} '; catch, caught = 1; end']
                 'returned = time();'};
        [answer, pid] = support.octave_session(lines, {'caught', 'returned'});
        support.wait_for(@() jobs_of_the_daemon() == 1, 30, 'a spectrum under way');
        pause(0.5);
        ctrl_c_stops_it(answer, pid);
    end
end

function progress_of_a_powder_average_is_shown()
    support.octave_only();
    model = euphonic.CoherentCrystal(support.quartz(), 'n_threads', 1); %#ok<NASGU>
    text = evalc('euphonic.powder(model, 2:0.2:6, [], ''n'', 25000, ''converge'', false);');
    support.check(~isempty(regexp(text, 'euphonic: [\d,]+ of [\d,]+ q-points', 'once')), 'progress, found ''%s''', text);
end

function a_session_that_is_killed_leaves_no_job()
    support.octave_only();
    [answer, pid] = start_session();
    support.wait_for(@() jobs_of_the_daemon() == 1, 30, 'a job under way');
    system(sprintf('kill -9 %d', pid));
    support.wait_for(@() jobs_of_the_daemon() == 0, 10, 'the job to end');
    support.check(exist(answer, 'file') == 0, 'no answer of the session');
end

function n = jobs_of_the_daemon(varargin)
    facts = euphonic.status();
    n = 0;
    if facts.running
        n = numel(facts.jobs);
    end
end

function [answer, pid] = start_session(varargin)
    % A job of some 20 s; the answer file appears when the session has ended it.
    lines = {'model = euphonic.CoherentCrystal(support.quartz(), ''verbose'', false);'
             '[qh, qk, ql] = support.some_q(5e6);'
             '[caught, finished] = deal(0);'
             ['for k = 1:3, try, model.horace_disp(qh, qk, ql); finished = finished + 1; ' ...
              'catch, caught = caught + 1; end; end']
             'returned = time();'
             'w = model.horace_disp(0, 0, 1);'
             'next_call = numel(w) == 27;'};
    [answer, pid] = support.octave_session(lines, {'caught', 'finished', 'returned', 'next_call'});
end

function ctrl_c_stops_it(answer, pid)
    % A session whose answer has `caught` and `returned`, and what it asked the daemon for
    pressed = interrupt(pid);
    support.wait_for(@() exist(answer, 'file') == 2, 60, 'the session to end');
    said = load(answer);
    support.check(said.caught == 0, 'nothing that the catch of the user took');
    support.check(said.returned - pressed < 0.25, '0.25 s, found %g s', said.returned - pressed);
    support.wait_for(@() jobs_of_the_daemon() == 0, 2, 'the cores to be free');
end

function seconds = interrupt(pid)
    seconds = time();
    system(sprintf('kill -INT %d', pid));
end
