function tests = test_bad_input()
    %TEST_BAD_INPUT   Wrong input gives an identified error that says what, where and what to do.
    tests = localfunctions();
end

function q_points_that_cannot_be_used_are_named()
    model = euphonic.CoherentCrystal(support.quartz());
    alive = daemon_pid();
    check = @(reason, part, varargin) support.check_error(['EUPHONIC:horace_disp:' reason], part, ...
        @() model.horace_disp(varargin{:}));
    check('size_mismatch', '3, 3 and 2', [1 2 3], [1 2 3], [1 2]);
    check('invalid_q', 'qk(2) is NaN', [1 2 3], [1 NaN NaN], [1 2 3]);
    check('invalid_q', 'ql(3) is Inf', [1 2 3], [1 2 3], [1 2 Inf]);
    check('invalid_q', 'qh(1) is -Inf', -Inf, 1, 1);
    check('invalid_q', 'qh(2) is complex (2+1i)', [1, 2 + 1i], [1 1], [1 1]);
    check('invalid_q', 'class char', 'abc', 1, 1);
    check('invalid_q', 'class cell', {1}, 1, 1);
    check('invalid_q', 'class logical', true, 1, 1);
    check('invalid_q', 'class function_handle', @(varargin) error('called'), 1, 1);
    check('invalid_q', 'class containers.Map', 1, containers.Map('a', 1), 1);
    check('invalid_q', 'sparse', sparse([1 2]), [1 2], [1 2]);
    check('invalid_argument', 'found 2', 1, 2);
    model.cache_limit = 0;
    check('invalid_argument', 'not real, full and double', support.Elsewhere(0.1), 0.2, 0.3);
    model.conversion_mat = 2 * eye(3);
    check('invalid_q', 'qk(2) is NaN', [1 2 3], [1 NaN NaN], [1 2 3]);
    check('size_mismatch', '3, 3 and 2', [1 2 3], [1 2 3], [1 2]);
    model.horace_disp(9e8, 0, 0.5);  % large where it is asked for, too large where it is calculated
    support.check(daemon_pid() == alive, 'the same daemon');
end

function files_that_cannot_be_read_are_named()
    folder = tempname();
    mkdir(folder);
    remove = onCleanup(@() remove_folder(folder));
    alive = euphonic.start();
    castep = @(name) euphonic.ForceConstants.from_castep(fullfile(folder, name));
    json = @(name) euphonic.ForceConstants.from_json_file(fullfile(folder, name));
    support.check_error('EUPHONIC:from_castep:file_not_found', 'missing.castep_bin', @() castep('missing.castep_bin'));
    support.check_error('EUPHONIC:from_json_file:file_not_found', 'missing.json', @() json('missing.json'));
    write(fullfile(folder, 'letter.txt'), 'Dear colleague, here are no force constants.');
    support.check_error('EUPHONIC:from_castep:file_format', 'letter.txt', @() castep('letter.txt'));
    support.check_error('EUPHONIC:from_json_file:file_format', 'letter.txt', @() json('letter.txt'));
    write(fullfile(folder, 'empty.json'), '');
    support.check_error('EUPHONIC:from_json_file:file_damaged', 'empty.json', @() json('empty.json'));
    write(fullfile(folder, 'half.json'), '{"__euphonic_class__": "ForceConstants", "crystal": {"cell_vectors": [[1,');
    support.check_error('EUPHONIC:from_json_file:file_damaged', 'half.json', @() json('half.json'));
    for wrong = {7, {}, '', ['ab'; 'cd']}
        support.check_error('EUPHONIC:from_castep:invalid_argument', 'name of a file', ...
            @() euphonic.ForceConstants.from_castep(wrong{1}));
    end
    support.check(daemon_pid() == alive.pid, 'the same daemon');
end

function a_truncated_castep_file_is_named()
    id = fopen(support.data_file('quartz', 'quartz.castep_bin'), 'r');
    bytes = fread(id, 200000, '*uint8');
    fclose(id);
    file = [tempname() '.castep_bin'];
    remove = onCleanup(@() delete(file));
    write(file, bytes);
    support.check_error('EUPHONIC:from_castep:file_damaged', file, @() euphonic.ForceConstants.from_castep(file));
end

function a_file_may_be_given_relative_to_the_working_folder()
    fc = support.quartz();
    old = cd(fileparts(support.quartz_file()));
    back = onCleanup(@() cd(old));
    again = euphonic.ForceConstants.from_json_file('quartz_bks.json.gz');
    support.check(strcmp(again.model, fc.model), 'the same model');
end

function elements_without_scattering_length_are_named()
    model = euphonic.CoherentCrystal(support.quartz(), 'scattering_lengths', struct('Si', 4));
    support.check_error('EUPHONIC:horace_disp:no_scattering_length', 'O', @() model.horace_disp(0, 0, 1));
    model.scattering_lengths = 'Sears1892';
    support.check_error('EUPHONIC:horace_disp:invalid_argument', 'Sears1992', @() model.horace_disp(0, 0, 1));
    model.scattering_lengths = 'Sears1992';
    [w, ~] = model.horace_disp(0, 0, 1);
    support.check(numel(w) == 27, 'a model that goes on working');
end

function more_threads_than_there_may_be_are_refused()
    support.check_error('EUPHONIC:CoherentCrystal:invalid_argument', '4096', ...
        @() euphonic.CoherentCrystal(support.quartz(), 'n_threads', 1e6));
end

function what_was_found_by_trying_is_refused_by_name()
    fc = euphonic.ForceConstants();
    model = euphonic.CoherentCrystal(support.quartz());
    check = @(id, part, call) support.check_error(['EUPHONIC:' id], part, call);
    check('calculate_qpoint_phonon_modes:no_force_constants', '', @() fc.calculate_qpoint_phonon_modes([0 0 0]));
    check('calculate_debye_waller:no_force_constants', '', @() fc.calculate_debye_waller([1 1 1], 3));
    check('from_castep:invalid_argument', 'file', @() euphonic.ForceConstants.from_castep());
    check('from_dict:invalid_argument', '', @() euphonic.ForceConstants.from_dict());
    check('from_phonopy:invalid_argument', 'path', @() euphonic.ForceConstants.from_phonopy('path', ['a'; 'b']));
    check('calculate_qpoint_frequencies:invalid_argument', 'q-points', ...
        @() model.force_constants.calculate_qpoint_frequencies());
    check('CoherentCrystal:invalid_argument', 'splitting_directions', ...
        @() euphonic.CoherentCrystal(model.force_constants, 'splitting_directions', {1, 2, 3}));
    check('horace_disp:invalid_q', 'qh(1)', @() model.horace_disp(1e300, 0.2, 0.3));
    check('plot_sqw:invalid_argument', 'equally spaced', @() euphonic.plot_sqw(model, [1 0 0; 2 0 0], [0 1 5]));
    check('plot_sqw:invalid_argument', 'corners', @() euphonic.plot_sqw(model, [1 0; 4 0], 0:9));
    model.cache_limit = 1e6;
    model.temperature = sparse(300);
    model.splitting_directions = nan(1, 3);
    hits = model.cache.hits;
    [~] = {model.horace_disp(0.1, 0.2, 0.3), model.horace_disp(0.1, 0.2, 0.3)};
    support.check(model.cache.hits == hits + 1, 'directions from the list to be the same twice');
end

function force_constants_are_asked_for()
    support.check_error('EUPHONIC:CoherentCrystal:invalid_argument', 'class char', ...
        @() euphonic.CoherentCrystal('quartz.castep_bin'));
    support.check_error('EUPHONIC:ureg:invalid_argument', '', @() euphonic.ureg());
end

function pid = daemon_pid(varargin)
    facts = euphonic.status();
    pid = 0;
    if facts.running
        pid = facts.pid;
    end
end

function write(file, content)
    id = fopen(file, 'w');
    fwrite(id, content);
    fclose(id);
end

function remove_folder(folder)
    delete(fullfile(folder, '*'));
    rmdir(folder);
end
