function tests = test_paths()
    %TEST_PATHS   Folders with names beyond ASCII: they work in UTF-8, and are refused with a reason in other encodings.
    tests = localfunctions();
end

function files_in_folders_with_umlauts_are_read_and_written()
    folder = new_folder('Jérôme äöü ☃');
    file = fullfile(folder, 'Größe.json.gz');
    copyfile(support.quartz_file(), file);
    fc = euphonic.ForceConstants.from_json_file(file);
    support.check(strncmp(fc.source, file, numel(file)), 'the file''s own name, found %s', fc.source);
    expected = support.quartz();
    support.check(strcmp(fc.model, expected.model), 'its content');
    fc.to_json_file(fullfile(folder, 'ä.json'));
    again = euphonic.ForceConstants.from_json_file(fullfile(folder, 'ä.json'));
    support.check(isequal(again.force_constants, fc.force_constants), 'the file that was written');
    support.check_error('EUPHONIC:from_json_file:file_not_found', 'é nothing', ...
        @() euphonic.ForceConstants.from_json_file(fullfile(folder, 'é nothing')));
    lengths = fullfile(folder, 'Längen.json');
    id = fopen(lengths, 'w');
    fprintf(id, '{"Si": 4.1, "O": 5.8}');
    fclose(id);
    model = euphonic.CoherentCrystal(fc, 'scattering_lengths', lengths);
    support.check(isequal(model.scattering_lengths, struct('Si', 4.1, 'O', 5.8)), 'scattering lengths');
end

function a_daemon_lives_in_folders_with_umlauts()
    support.octave_only();
    folder = new_folder('Jérôme');
    root = support.program_folder();
    system(sprintf('ln -s ''%s/dist'' ''%s/build'' ''%s/node_modules'' ''%s/package.json'' ''%s''', root, root, root, ...
        root, folder));
    back = keep_environment({'EUPHONIC_CONNECTION', 'EUPHONIC_HOME'}); %#ok<NASGU>
    setenv('EUPHONIC_HOME', folder);
    setenv('EUPHONIC_CONNECTION', fullfile(folder, 'é.json'));
    facts = euphonic.start();
    stop = onCleanup(@() euphonic.stop());
    support.check(facts.running && ~isempty(strfind(facts.log, 'é')), 'a daemon there, found %s', facts.log); %#ok<STREMP>
    w = euphonic.CoherentCrystal(support.quartz()).horace_disp(0, 0, 1);
    support.check(numel(w) == 27, 'that calculates');
    clear stop;
    support.check(exist(fullfile(folder, 'é.json'), 'file') == 0, 'its file removed');
end

function names_that_are_not_utf_8_are_refused_with_a_reason()
    % In Octave a name is whatever bytes it has; Latin-1, say
    support.octave_only();
    folder = new_folder(['J' char(233) 'r' char(244) 'me']);
    file = [folder '/quartz.json.gz'];
    system(sprintf('cp ''%s'' ''%s''', support.quartz_file(), file));
    support.check(exist(file, 'file') == 2, 'a file there');
    for make = {@() euphonic.ForceConstants.from_json_file(file), 'from_json_file'
                @() euphonic.ForceConstants.from_castep(file), 'from_castep'
                @() euphonic.ForceConstants.from_phonopy(folder), 'from_phonopy'
                @() euphonic.ForceConstants.from_vasp(file), 'from_vasp'}.'
        support.check_error(['EUPHONIC:' make{2} ':invalid_argument'], 'not UTF-8', make{1});
    end
    back = keep_environment({'EUPHONIC_CONNECTION', 'EUPHONIC_HOME'}); %#ok<NASGU>
    file = getenv('EUPHONIC_CONNECTION');
    setenv('EUPHONIC_CONNECTION', [folder '/connection.json']);
    for entry = {@() numel(euphonic.start()), 'start'; @() euphonic.status(), 'status'}.'
        support.check_error(['EUPHONIC:' entry{2} ':runtime_directory'], 'EUPHONIC_CONNECTION', entry{1});
    end
    setenv('EUPHONIC_CONNECTION', file);
    support.check(numel(euphonic.start()) == 1, 'a daemon whose connection file is elsewhere');
    here = pwd();
    back_here = onCleanup(@() cd(here));
    cd(folder);
    support.check_error('EUPHONIC:from_json_file:invalid_argument', 'not UTF-8', ...
        @() euphonic.ForceConstants.from_json_file('quartz.json.gz'));
    fc = support.quartz();
    support.check(fc.n_atoms == 9, 'a whole path read from a folder with such a name');
    clear back_here;
    root = support.program_folder();
    system(sprintf('ln -s ''%s/dist'' ''%s''', root, folder));
    setenv('EUPHONIC_HOME', folder);
    euphonic.stop();
    support.check_error('EUPHONIC:start:daemon_not_found', 'not UTF-8', @() numel(euphonic.start()));
end

function folder = new_folder(name)
    folder = [tempname(fileparts(getenv('EUPHONIC_CONNECTION'))) ' ' name];
    if exist('OCTAVE_VERSION', 'builtin')
        system(sprintf('mkdir ''%s''', folder));  % its mkdir takes no other bytes than UTF-8
    else
        mkdir(folder);
    end
end

function back = keep_environment(names)
    values = cellfun(@getenv, names, 'UniformOutput', false);
    back = onCleanup(@() cellfun(@setenv, names, values));
end
