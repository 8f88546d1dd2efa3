function tests = test_installation()
    %TEST_INSTALLATION   Finding and starting the daemon's program on other people's computers.
    tests = localfunctions();
end

function the_shell_of_the_user_does_not_matter()
    support.octave_only();
    script = 'for a in "$X" ''it''"''"''s''; do echo "<$a>" >&2; done 2>&1; printenv EUPHONIC_SCRIPT; exit 3';
    back = onCleanup(@() cellfun(@(name) setenv(name, ''), {'X', 'EUPHONIC_SCRIPT'}));
    setenv('X', 'a  b!');
    tried = {};
    for shell = {'sh', 'bash', 'dash', 'csh', 'tcsh', 'zsh', 'fish'}
        program = euphonic.internal.connection.on_path(shell{1});
        if isempty(program)
            continue
        end
        setenv('EUPHONIC_SCRIPT', script);
        command = euphonic.internal.connection.quoted(euphonic.internal.connection.sh_command());
        [code, text] = system([program ' -c ' command]);
        support.check(code == 3 && strcmp(text, sprintf('<a  b!>\n<it''s>\n')), 'the same from %s, found %d: %s', ...
            shell{1}, code, text);
        tried(end + 1) = shell; %#ok<AGROW>
    end
    fprintf('          tried: %s\n', strjoin(tried, ', '));
    [code, text] = euphonic.internal.connection.sh('echo out; echo err >&2; exit 4');
    support.check(code == 4 && ~isempty(strfind(text, 'out')), 'code and output, found %d: %s', code, text); %#ok<STREMP>
    support.check(isempty(getenv('EUPHONIC_SCRIPT')), 'nothing left in the environment');
end

function node_js_is_named_by_a_variable()
    support.octave_only();
    folder = new_folder();
    link = fullfile(folder, 'node it''s');
    system(['ln -s "$(command -v node)" ' euphonic.internal.connection.quoted(link)]);
    back = keep_environment({'EUPHONIC_NODE', 'PATH'}); %#ok<NASGU>
    setenv('EUPHONIC_NODE', link);
    setenv('PATH', '/bin:/nowhere');
    found = euphonic.internal.connection.installation('test');
    support.check(strcmp(found.command{1}, link), 'the program that is named, found %s', found.command{1});
    euphonic.stop();
    facts = euphonic.start();
    support.check(facts.running, 'a daemon');
    setenv('EUPHONIC_NODE', fullfile(folder, 'nothing'));
    support.check_error('EUPHONIC:test:node_not_found', fullfile(folder, 'nothing'), ...
        @() euphonic.internal.connection.installation('test'));
end

function a_node_js_that_is_not_executable_is_made_so()
    % Some programs that unpack archives drop the permission.
    support.octave_only();
    home = new_folder();
    own = fullfile(home, 'node', 'bin', 'node');
    mkdir(fileparts(own));
    [~, node] = system('command -v node');
    id = fopen(own, 'w');
    fprintf(id, '#!/bin/sh\nexec %s "$@"\n', strtrim(node));
    fclose(id);
    dist = fullfile(support.program_folder(), 'dist');
    system(sprintf('ln -s ''%s'' ''%s'' && chmod 644 ''%s''', dist, fullfile(home, 'dist'), own));
    back = keep_environment({'EUPHONIC_HOME', 'EUPHONIC_NODE'}); %#ok<NASGU>
    setenv('EUPHONIC_NODE', '');
    setenv('EUPHONIC_HOME', home);
    [code, text] = euphonic.internal.connection.run_daemon('test', {'--version'}, false);
    support.check(code == 0 && strcmp(strtrim(text), euphonic.internal.version()), 'its version, found %d: %s', code, ...
        text);
end

function two_packages_on_the_path_are_a_warning()
    folder = new_folder();
    mkdir(fullfile(folder, '+euphonic'));
    addpath(folder, '-end');
    back = onCleanup(@() rmpath(folder));
    facts = [];
    text = evalc('facts = euphonic.setup();');
    support.check(~isempty(regexp(text, ['[Ww]arning: .*another package .*' regexptranslate('escape', folder)], 'once')), ...
        'a warning, found %s', text);
    support.check(isequal(facts.other_packages, {folder}), 'the other folder');
    clear back;
    evalc('facts = euphonic.setup();');
    support.check(isempty(facts.other_packages), 'no other folder');
end

function a_binary_that_cannot_be_compiled_leaves_the_old_one()
    support.octave_only();
    folder = new_folder();
    old = fullfile(folder, ['gateway.' mexext()]);
    fclose(fopen(old, 'w'));
    back = keep_environment({'CXX'}); %#ok<NASGU>
    setenv('CXX', 'false');
    support.check_error('EUPHONIC:build:not_compiled', 'C++17', @() quiet_build(folder));
    support.check(isscalar(dir(old)) && numel(dir(folder)) == 3, 'nothing but the old file');
    support.check_error('EUPHONIC:build:folder_unwritable', '/dev/null', ...
        @() quiet_build('/dev/null'));
end

function quiet_build(folder) %#ok<INUSD>
    evalc('euphonic.build(''folder'', folder);');
end

function folder = new_folder(varargin)
    folder = tempname(fileparts(getenv('EUPHONIC_CONNECTION')));
    mkdir(folder);
end

function back = keep_environment(names)
    values = cellfun(@getenv, names, 'UniformOutput', false);
    back = onCleanup(@() cellfun(@setenv, names, values));
end
