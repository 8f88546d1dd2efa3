function tests = test_setup()
    %TEST_SETUP   Looking for what the package needs.
    tests = localfunctions();
end

function what_is_found_is_said()
    [text, facts] = evalc_with_facts();
    support.check(facts.ready && isempty(facts.problems), 'a complete installation, found %s', strjoin(facts.problems));
    support.check(facts.daemon.running && ~facts.built, 'a daemon that runs');
    for part = {'MEX function', 'daemon', 'the folder of this package', getenv('EUPHONIC_CONNECTION'), 'Ready.'}
        support.check(~isempty(strfind(text, part{1})), '''%s'' in\n%s', part{1}, text); %#ok<STREMP>
    end
end

function [text, facts] = evalc_with_facts(varargin)
    facts = [];
    text = evalc('facts = euphonic.setup(varargin{:});');
end

function the_mex_function_is_built_from_its_sources()
    support.octave_only();
    folder = tempname(fileparts(getenv('EUPHONIC_CONNECTION')));
    mkdir(folder);
    file = euphonic.build('folder', folder);
    support.check(exist(file, 'file') > 0 && strncmp(file, folder, numel(folder)), 'a binary in the folder');
    addpath(folder);
    back = onCleanup(@() rmpath(folder));
    % but for the version of ZeroMQ: a release has its own
    facts = rmfield(gateway('about'), 'zmq');
    support.check(isequal(facts, rmfield(euphonic.internal.gateway('about'), 'zmq')), 'the same answer from both');
    support.check_error('EUPHONIC:build:unknown_option', '''folder''', @() euphonic.build('foldr', folder));
end

function what_is_missing_is_said()
    home = getenv('EUPHONIC_HOME');
    back = onCleanup(@() setenv('EUPHONIC_HOME', home));
    setenv('EUPHONIC_HOME', '/nowhere');
    [text, facts] = evalc_with_facts();
    support.check(~facts.ready && ~isempty(strfind(text, '/nowhere')), 'the problem, found\n%s', text); %#ok<STREMP>
    support.check_error('EUPHONIC:setup:invalid_argument', 'home', @() euphonic.setup('home', '/nowhere'));
    support.check_error('EUPHONIC:setup:unknown_option', '''startup''', @() euphonic.setup('statup', true));
end

function a_startup_line_is_added_once()
    support.octave_only();
    home = getenv('HOME');
    own = tempname(fileparts(getenv('EUPHONIC_CONNECTION')));
    mkdir(own);
    back = onCleanup(@() setenv('HOME', home));
    setenv('HOME', own);
    file = fullfile(own, '.octaverc');
    id = fopen(file, 'w');
    fprintf(id, 'x = 1;\n');
    fclose(id);
    for round = 1:2
        [~, facts] = evalc_with_facts('startup', true);
        support.check(strcmp(facts.startup_file, file), 'the file');
    end
    lines = strsplit(strtrim(fileread(file)), sprintf('\n'));
    support.check(numel(lines) == 2 && strcmp(lines{1}, 'x = 1;'), 'one line more, found\n%s', fileread(file));
    [code, text] = system(['octave-cli -q --no-history --eval "facts = euphonic.status(); disp(facts.running)" ' ...
                           '2>&1']);
    support.check(code == 0 && strcmp(strtrim(text), '1'), 'a session with the package and a daemon, found %s', text);
end
