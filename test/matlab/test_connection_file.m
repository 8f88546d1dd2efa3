function tests = test_connection_file()
    %TEST_CONNECTION_FILE   This package looks for the daemon where the daemon's own command line does.
    tests = localfunctions();
end

function package_and_command_line_look_at_the_same_place()
    own = fileparts(getenv('EUPHONIC_CONNECTION'));
    back = restoring({'HOME', 'XDG_RUNTIME_DIR', 'EUPHONIC_CONNECTION'}); %#ok<NASGU>
    % HOME, XDG_RUNTIME_DIR, EUPHONIC_CONNECTION
    rows = {own, '', ''
            '', '', ''
            'relative', '', ''
            own, 'relative', ''
            '', own, ''
            '', '', 'a/b.json'
            '', 'relative', fullfile(own, 'other.json')};
    for i = 1:size(rows, 1)
        set_environment(rows(i, :));
        same_place(sprintf('HOME=%s XDG_RUNTIME_DIR=%s EUPHONIC_CONNECTION=%s', rows{i, :}));
    end
end

function a_home_that_is_not_set_is_looked_up()
    support.octave_only();
    back = restoring({'HOME', 'XDG_RUNTIME_DIR', 'EUPHONIC_CONNECTION'}); %#ok<NASGU>
    set_environment({'', '', ''});
    unsetenv('HOME');
    same_place('HOME not set');
end

function a_daemon_is_found_after_a_change_of_folder()
    own = fileparts(getenv('EUPHONIC_CONNECTION'));
    back = restoring({'HOME', 'XDG_RUNTIME_DIR', 'EUPHONIC_CONNECTION'}); %#ok<NASGU>
    set_environment({own, 'relative', ''});
    facts = euphonic.start();
    here = cd(tempdir());
    there = onCleanup(@() cd(here));
    again = euphonic.status();
    support.check(again.running && again.pid == facts.pid, 'the same daemon');
    support.check(strncmp(again.connection_file, own, numel(own)), 'its file, found %s', again.connection_file);
    support.check(~isempty(strfind(evalc('euphonic.status'), again.connection_file)), 'the path in the text'); %#ok<STREMP>
    support.check(euphonic.stop(), 'an end');
    text = evalc('euphonic.status');
    support.check(~isempty(strfind(text, again.connection_file)), 'the path, found %s', text); %#ok<STREMP>
end

function a_user_without_a_home_is_told_what_to_set()
    support.octave_only();
    user = 'setpriv --reuid 54321 --regid 54321 --clear-groups env -u HOME -u XDG_RUNTIME_DIR -u EUPHONIC_CONNECTION';
    package = fileparts(fileparts(which('euphonic.start')));
    [code, ~] = system(sprintf('%s test -r ''%s/+euphonic/start.m'' 2>&1', user, package));
    if code ~= 0
        support.skip('needs root, and a checkout that every user can read');
    end
    for name = {'status', 'start', 'stop'}
        [code, text] = system(sprintf('cd / && %s octave-cli -q --norc --no-history --path ''%s'' --eval euphonic.%s 2>&1', ...
            user, package, name{1}));
        support.check(code ~= 0, 'an error of %s', name{1});
        support.check(~isempty(strfind(text, 'Set EUPHONIC_CONNECTION')), 'advice of %s, found\n%s', name{1}, text); %#ok<STREMP>
    end
end

function same_place(what)
    [code, text] = euphonic.internal.connection.run_daemon('test', {'status', '--json'}, false);
    % 3: none there; 0: the one of whoever runs the tests
    support.check(any(code == [0, 3]), '%s: an answer, found %d: %s', what, code, text);
    theirs = jsondecode(text);
    ours = euphonic.internal.connection.connection_file('test');
    support.check(strcmp(ours, theirs.connection_file), '%s: %s here and %s there', what, ours, theirs.connection_file);
    support.check(euphonic.internal.is_absolute(ours), '%s: an absolute path, found %s', what, ours);
end

function back = restoring(names)
    values = cellfun(@getenv, names, 'UniformOutput', false);
    back = onCleanup(@() cellfun(@setenv, names, values));
end

function set_environment(values)
    names = {'HOME', 'XDG_RUNTIME_DIR', 'EUPHONIC_CONNECTION'};
    cellfun(@setenv, names, values);
end
