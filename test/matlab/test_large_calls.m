function tests = test_large_calls()
    %TEST_LARGE_CALLS   Many q-points: the daemon's memory, and progress.
    tests = localfunctions();
end

function many_points_fit_into_bounded_memory_of_the_daemon()
    euphonic.restart();
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'verbose', false);
    [qh, qk, ql] = support.some_q(4e5);
    model.horace_disp(qh(1:10), qk(1:10), ql(1:10));
    idle = memory();
    part = 1:50000;
    expected = support.both(model, qh(part), qk(part), ql(part));
    grown = memory() - idle;
    began = tic();
    [w, sf] = model.horace_disp(qh, qk, ql);
    seconds = toc(began);
    facts = euphonic.status();
    fprintf(['          400,000 q-points: %.2f s, kernel %.2f s; daemon %.0f MiB idle, +%.0f MiB after 50,000, ' ...
             '+%.0f MiB after 400,000\n'], seconds, facts.last_job.kernel_seconds, idle, grown, memory() - idle);
    support.check(facts.last_job.points == 4e5, 'all points counted');
    support.check(memory() - idle < 64, 'the daemon to grow by less than 64 MiB, found %g', memory() - idle);
    for mode = [1 14 27]
        support.check(isequal(w{mode}(part), expected{1}{mode}), 'the same frequencies in a larger call');
        support.check(isequal(sf{mode}(part), expected{2}{mode}), 'the same intensities in a larger call');
    end
end

function mib = memory(varargin)
    facts = euphonic.status();
    mib = facts.memory_bytes / 2^20;
end

function progress_of_a_plan_is_a_line_of_its_own()
    progress = euphonic.internal.job.show_progress(true); %#ok<NASGU>
    text = evalc('progress(0, 100, 3, 0.256)');
    support.check(strcmp(text, sprintf('euphonic: 25 %% of the plan for this crystal after 3 s\n')), 'found ''%s''', text);
    text = evalc('progress(0, 100, 3, -1)');
    support.check(~isempty(strfind(text, 'no results yet')), 'without a plan, found ''%s''', text); %#ok<STREMP>
end

function progress_is_told_when_it_takes_long()
    model = euphonic.CoherentCrystal(support.quartz(), 'n_threads', 1);
    [qh, qk, ql] = support.some_q(5e5); %#ok<ASGLU>
    text = evalc('model.horace_disp(qh, qk, ql);');
    form = '^euphonic: [\d,]+ of 500,000 q-points, [\d,]+ per second, \d+ s left';
    support.check(~isempty(regexp(text, form, 'once', 'lineanchors')), 'a line of progress, found ''%s''', text);
    support.check(~isempty(strfind(text, '500,000 of 500,000')), 'the end to be told, found ''%s''', text); %#ok<STREMP>
    model.verbose = false;
    text = evalc('model.horace_disp(qh, qk, ql);');
    support.check(isempty(text), 'silence without verbose, found ''%s''', text);
end
