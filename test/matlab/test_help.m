function tests = test_help()
    %TEST_HELP   Every public name has help in MATLAB's form.
    tests = localfunctions();
end

function every_public_name_has_help_with_an_example()
    folder = fileparts(which('euphonic.start'));
    files = dir(fullfile(folder, '*.m'));
    support.check(numel(files) >= 9, 'the public files of the package');
    for i = 1:numel(files)
        name = files(i).name(1:end - 2);
        if strcmp(name, 'Contents')
            continue
        end
        text = regexprep(fileread(fullfile(folder, files(i).name)), '\r', '');
        lines = strsplit(text, sprintf('\n'));
        first = strtrim(lines{2});
        support.check(~isempty(regexp(first, ['^%' upper(name) '   [A-Z].*\.$'], 'once')), ...
            'an H1 line with %s in %s, found ''%s''', upper(name), files(i).name, first);
        for part = {'%   Example', '%   See also EUPHONIC.'}
            support.check(~isempty(strfind(text, part{1})), '''%s'' in %s', part{1}, files(i).name); %#ok<STREMP>
        end
    end
end

function the_list_of_contents_is_complete()
    folder = fileparts(which('euphonic.start'));
    files = dir(fullfile(folder, '*.m'));
    names = setdiff(regexprep({files.name}, '\.m$', ''), 'Contents');
    listed = regexp(fileread(fullfile(folder, 'Contents.m')), '^%   (\w+) +- ', 'tokens', 'lineanchors');
    listed = cellfun(@(token) token{1}, listed, 'UniformOutput', false);
    support.check(isequal(sort(listed), sort(names)), 'one line for each public name, found %s against %s', ...
        strjoin(sort(listed)), strjoin(sort(names)));
    version = regexp(fileread(fullfile(folder, 'Contents.m')), 'Version (\S+)', 'tokens', 'once');
    support.check(strcmp(version{1}, euphonic.internal.version()), 'the version of the package');
    text = fileread(fullfile(support.program_folder(), 'package.json'));
    support.check(~isempty(strfind(text, ['"version": "' version{1} '"'])), 'that of package.json'); %#ok<STREMP>
end

function every_public_name_is_used_by_a_test()
    here = fileparts(mfilename('fullpath'));
    files = [dir(fullfile(here, 'test_*.m')); dir(fullfile(here, '+support', '*.m'))];
    text = '';
    for i = 1:numel(files)
        if ~strcmp(files(i).name, 'test_help.m')
            text = [text, fileread(fullfile(files(i).folder, files(i).name))]; %#ok<AGROW>
        end
    end
    folder = fileparts(which('euphonic.start'));
    for file = dir(fullfile(folder, '*.m')).'
        name = file.name(1:end - 2);
        methods = {};
        if ~strcmp(name, 'Contents')
            % what has help of its own: the function or class itself, and public methods
            titles = regexp(fileread(fullfile(folder, file.name)), '^ +%([A-Z_]+)   ', 'tokens', 'lineanchors');
            methods = setdiff(cellfun(@(token) lower(token{1}), titles, 'UniformOutput', false), {lower(name), 'send'});
        end
        for wanted = [{name}, reshape(methods, 1, [])]
            support.check(strcmp(name, 'Contents') || ~isempty(regexp(text, ['\<' wanted{1} '\>'], 'once')), ...
                '%s of %s in a test', wanted{1}, file.name);
        end
    end
end

function examples_in_help_use_names_that_exist()
    folder = fileparts(which('euphonic.start'));
    files = dir(fullfile(folder, '*.m'));
    for i = 1:numel(files)
        used = regexp(fileread(fullfile(folder, files(i).name)), 'euphonic\.([A-Za-z_]+)', 'tokens');
        for k = 1:numel(used)
            name = used{k}{1};
            support.check(strcmp(name, 'internal') || exist(fullfile(folder, [name '.m']), 'file') == 2, ...
                'euphonic.%s, which %s mentions, to exist', name, files(i).name);
        end
    end
end
