function tests = test_daemon_life()
    %TEST_DAEMON_LIFE   Starting, stopping, losing and finding the daemon again.
    tests = localfunctions();
end

function start_is_quick_when_a_daemon_is_alive()
    facts = euphonic.start();
    again = euphonic.start();
    support.check(facts.pid == again.pid && ~again.started, 'the same daemon');
    seconds = zeros(1, 20);
    for i = 1:20
        began = tic();
        euphonic.start();
        seconds(i) = toc(began);
    end
    fprintf('          euphonic.start with a daemon alive: %.2f ms\n', 1e3 * median(seconds));
    support.check(median(seconds) < 0.05, '50 ms, found %g s', median(seconds));
end

function a_ping_takes_less_than_a_millisecond()
    euphonic.start();
    [~] = euphonic.start();
    address = euphonic.internal.connection.read_connection_file('test');
    seconds = zeros(1, 200);
    for i = 1:200
        began = tic();
        alive = euphonic.internal.connection.ping(address);
        seconds(i) = toc(began);
        support.check(alive, 'an answer');
    end
    fprintf('          ping: %.2f ms\n', 1e3 * median(seconds));
    support.check(median(seconds) < 1e-3, '1 ms, found %g s', median(seconds));
end

function stop_ends_it_and_status_says_so()
    facts = euphonic.start();
    support.check(facts.running, 'a daemon');
    support.check(euphonic.stop(), 'that there was one');
    support.check(~euphonic.stop(), 'that there is none any more');
    facts = euphonic.status();
    support.check(~facts.running, 'no daemon');
    support.check(~isempty(strfind(evalc('euphonic.status'), 'No daemon')), 'a sentence'); %#ok<STREMP>
    support.check(exist(getenv('EUPHONIC_CONNECTION'), 'file') == 0, 'no connection file');
end

function a_start_in_the_background_is_used_by_the_next_call()
    euphonic.stop();
    began = tic();
    euphonic.start;
    seconds = toc(began);
    fprintf('          cold euphonic.start without an output: %.0f ms\n', 1e3 * seconds);
    support.check(seconds < 0.15, 'no waiting for the daemon, found %g s', seconds);
    fc = support.quartz();
    support.check(fc.n_atoms == 9, 'an answer');
end

function a_start_in_the_background_is_waited_for_by_status_and_stop()
    euphonic.stop();
    euphonic.start;
    facts = euphonic.status();
    support.check(facts.running && facts.pid > 0, 'a daemon');
    euphonic.stop();
    euphonic.start;
    support.check(euphonic.stop(), 'one to stop');
    facts = euphonic.status();
    support.check(~facts.running, 'no daemon');
end

function stop_waits_where_a_killed_daemon_has_left_its_file()
    euphonic.start();
    facts = euphonic.status();
    kill_daemon(facts.pid);
    euphonic.start;
    support.check(euphonic.stop(), 'the new one has been stopped');
    facts = euphonic.status();
    support.check(~facts.running, 'no daemon');
end

function status_has_what_is_promised()
    fc = support.quartz();
    model = euphonic.CoherentCrystal(fc);
    [qh, qk, ql] = support.some_q(100);
    model.horace_disp(qh, qk, ql);
    facts = euphonic.status();
    for name = {'running', 'pid', 'version', 'protocol', 'host', 'uptime_s', 'threads', 'simd', 'memory_bytes', ...
                'models', 'plans', 'jobs', 'endpoints', 'last_job'}
        support.check(isfield(facts, name{1}), 'the field %s', name{1});
    end
    support.check(facts.last_job.points == 100, '100 points');
    support.check(any(strcmp({facts.models.model}, fc.model)), 'the model among those loaded');
    support.quartz();
    shown = evalc('euphonic.status');
    support.check(~isempty(strfind(shown, sprintf('pid %d', facts.pid))), 'the pid'); %#ok<STREMP>
    support.check(isscalar(strfind(shown, ['model ' fc.model(1:8)])), 'one line for a model that was read twice');
end

function calls_start_a_daemon()
    euphonic.stop();
    fc = support.quartz();
    support.check(fc.n_atoms == 9, 'an answer');
end

function a_killed_daemon_is_replaced_and_the_model_sent_again()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [qh, qk, ql] = support.some_q(1000);
    expected = support.both(model, qh, qk, ql);
    for round = 1:3
        facts = euphonic.status();
        kill_daemon(facts.pid);
        support.check(isequal(support.both(model, qh, qk, ql), expected), 'the same bits from a new daemon');
        now_running = euphonic.status();
        support.check(now_running.pid ~= facts.pid, 'another daemon');
    end
    kill_daemon(now_running.pid);
    crystal = model.force_constants.crystal;
    support.check(crystal.n_atoms == 9, 'a new daemon to be asked');
    facts = euphonic.status();
    kill_daemon(facts.pid);
    dead = euphonic.status();
    support.check(~dead.running, 'status to notice it');
    facts = euphonic.start();
    support.check(facts.started, 'a daemon that had to be started');
end

function a_stopped_daemon_is_started_again()
    model = euphonic.CoherentCrystal(support.quartz());
    expected = support.both(model, 0, 0, 1);
    euphonic.stop();
    support.check(isequal(support.both(model, 0, 0, 1), expected), 'the same bits');
    first = euphonic.status();
    second = euphonic.restart();
    support.check(first.pid ~= second.pid, 'another daemon after a restart');
    support.check(isequal(support.both(model, 0, 0, 1), expected), 'the same bits');
end

function a_daemon_killed_in_the_middle_of_a_job_costs_nothing_but_time()
    support.octave_only();
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'verbose', false);
    [qh, qk, ql] = support.some_q(300000);
    expected = support.both(model, qh, qk, ql);
    for delay = [0.3 0.6]
        facts = euphonic.status();
        system(sprintf('(sleep %g; kill -9 %d) >/dev/null 2>&1 &', delay, facts.pid));
        support.check(isequal(support.both(model, qh, qk, ql), expected), 'the same bits');
        replaced = euphonic.status();
        support.check(replaced.pid ~= facts.pid, 'another daemon');
    end
end

function a_model_whose_file_has_gone_is_served_while_the_daemon_knows_it()
    [fc, file] = quartz_copy();
    model = euphonic.CoherentCrystal(fc);
    expected = support.both(model, 0, 0, 1);
    delete(file);
    support.check(isequal(support.both(model, 0, 0, 1), expected), 'the same bits');
    euphonic.stop();
    support.check_error('EUPHONIC:horace_disp:file_not_found', file, @() model.horace_disp(0, 0, 1));
end

function a_model_whose_file_has_changed_is_not_mixed_up()
    [fc, file] = quartz_copy();
    model = euphonic.CoherentCrystal(fc);
    model.horace_disp(0, 0, 1);
    text = fileread(file);
    id = fopen(file, 'w');
    fwrite(id, strrep(text, '4.92875640628', '4.93875640628'));
    fclose(id);
    remove = onCleanup(@() delete(file));
    model.horace_disp(0, 0, 1);
    euphonic.stop();
    support.check_error('EUPHONIC:horace_disp:model_changed', file, @() model.horace_disp(0, 0, 1));
end

function [fc, file] = quartz_copy(varargin)
    files = gunzip(support.quartz_file(), fileparts(tempname()));
    file = [tempname() '.json'];
    movefile(files{1}, file);
    fc = euphonic.ForceConstants.from_json_file(file);
end

function a_half_written_connection_file_is_no_daemon()
    euphonic.stop();
    for content = {'{"protocol": 1, "ver', '{', '[]', '{"protocol": 1}', 'my notes', ''}
        write_connection(content{1});
        if any(strcmp(content{1}, {'', '{', '{"protocol": 1, "ver'}))
            facts = euphonic.status();
            support.check(~facts.running, 'no daemon behind a file that was never completed');
        else
            advice = 'no daemon has made this one';
            if strncmp(content{1}, '{"protocol"', 11)
                advice = 'Remove it';
            end
            support.check_error('EUPHONIC:from_json_file:file_damaged', advice, @() support.quartz());
            support.check_error('EUPHONIC:status:file_damaged', advice, @() euphonic.status());
        end
    end
    % the file of a cluster's workers, or of its gateway
    write_connection('{"connection": "/home/me/connection.json", "worker_seed": "SU"}');
    support.check_error('EUPHONIC:status:file_damaged', 'EUPHONIC_CONNECTION name /home/me/connection.json', ...
        @() euphonic.status());
    write_connection('');
    fc = support.quartz();
    support.check(fc.n_atoms == 9, 'a daemon that starts over an empty file');
end

function another_protocol_version_is_named()
    facts = euphonic.start();
    file = getenv('EUPHONIC_CONNECTION');
    text = fileread(file);
    back = onCleanup(@() write_connection(text));
    write_connection(regexprep(text, '"protocol":\s*1', '"protocol": 2'));
    support.check_error('EUPHONIC:from_json_file:protocol_version', 'Update this package', @() support.quartz());
    write_connection(regexprep(text, '"protocol":\s*1', '"protocol": 0'));
    support.check_error('EUPHONIC:from_json_file:protocol_version', 'euphonicd stop', @() support.quartz());
    clear back;
    again = euphonic.status();
    support.check(again.pid == facts.pid, 'the same daemon');
end

function a_daemon_is_reached_over_tcp_with_keys()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [qh, qk, ql] = support.some_q(2000);
    expected = support.both(model, qh, qk, ql);
    euphonic.stop();
    back = onCleanup(@() euphonic.stop());
    [code, text] = euphonic.internal.connection.run_daemon('test', {'start', '--tcp'}, false);
    support.check(code == 0, 'a daemon that listens: %s', text);
    address = euphonic.internal.connection.read_connection_file('test');
    support.check(strcmp(address.mechanism, 'CURVE'), 'CURVE, found %s', address.mechanism);
    support.check(strncmp(address.work, 'tcp://127.0.0.1:', 16), 'this computer alone, found %s', address.work);
    support.check(isequal(support.both(model, qh, qk, ql), expected), 'the same bits over TCP');
    stranger = address;
    stranger.client_key = address.server_key;
    support.check(~euphonic.internal.connection.ping(stranger, 2), 'nobody to be let in with another key');
    stranger.client_key = 'short';
    answer = euphonic.internal.gateway('request', stranger, 'control', 'ping', struct(), [], 2);
    support.check(strcmp(answer.error.code, 'invalid_argument'), 'a key that is too short to be refused');
    support.check(euphonic.internal.connection.ping(address), 'the daemon to go on');
end

function an_older_daemon_that_is_idle_is_replaced()
    first = euphonic.start();
    file = getenv('EUPHONIC_CONNECTION');
    write_connection(regexprep(fileread(file), '"version":\s*"[^"]*"', '"version": "0.0.1"'));
    second = euphonic.start();
    support.check(second.started && second.pid ~= first.pid, 'another daemon');
    third = euphonic.start();
    support.check(~third.started && third.pid == second.pid, 'the same daemon');
end

function a_connection_file_of_another_host_starts_nothing()
    euphonic.stop();
    write_connection(['{"protocol":1,"version":"0.1.0","host":"elsewhere.invalid","pid":1,' ...
                      '"work":"ipc:///tmp/x-nowhere","control":"ipc:///tmp/x-nowhere",' ...
                      '"mechanism":"PLAIN","secret":"x"}']);
    back = onCleanup(@() delete(getenv('EUPHONIC_CONNECTION')));
    support.check_error('EUPHONIC:from_json_file:other_host', 'elsewhere.invalid', @() support.quartz());
    support.check_error('EUPHONIC:start:other_host', 'elsewhere.invalid', @() numel(euphonic.start()));
    support.check_error('EUPHONIC:status:other_host', 'elsewhere.invalid', @() euphonic.status());
    write_connection(strrep(fileread(getenv('EUPHONIC_CONNECTION')), 'ipc:///tmp/x-nowhere', 'tcp://127.0.0.1:9'));
    support.check_error('EUPHONIC:start:other_host', 'does not answer', @() numel(euphonic.start()));
end

function a_connection_file_that_others_may_read_is_not_trusted()
    facts = euphonic.start();
    file = getenv('EUPHONIC_CONNECTION');
    system(['chmod 644 ' file]);
    back = onCleanup(@() system(['chmod 600 ' file]));
    support.check_error('EUPHONIC:from_json_file:runtime_directory', 'open to other users', @() support.quartz());
    clear back;
    again = euphonic.status();
    support.check(again.pid == facts.pid, 'the same daemon');
end

function a_daemon_that_cannot_be_found_is_said()
    euphonic.stop();
    home = getenv('EUPHONIC_HOME');
    back = onCleanup(@() setenv('EUPHONIC_HOME', home));
    setenv('EUPHONIC_HOME', '/nowhere/at/all');
    support.check_error('EUPHONIC:start:daemon_not_found', '/nowhere/at/all', @() numel(euphonic.start()));
    support.check_error('EUPHONIC:from_json_file:daemon_not_found', 'EUPHONIC_HOME', @() support.quartz());
end

function a_daemon_that_cannot_start_is_quoted()
    support.octave_only();
    euphonic.stop();
    file = getenv('EUPHONIC_CONNECTION');
    back = onCleanup(@() setenv('EUPHONIC_CONNECTION', file));
    setenv('EUPHONIC_CONNECTION', '/dev/null/euphonic/connection.json');
    support.check_error('EUPHONIC:start:daemon_failed', '/dev/null', @() numel(euphonic.start()));
end

function kill_daemon(pid)
    support.octave_only();
    system(sprintf('kill -9 %d', pid));
end

function write_connection(text)
    file = getenv('EUPHONIC_CONNECTION');
    id = fopen(file, 'w');
    fwrite(id, text);
    fclose(id);
    system(['chmod 600 ' file]);
end
