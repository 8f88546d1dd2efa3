function tests = test_gateway()
    %TEST_GATEWAY   The MEX function: where it is missing or damaged, and calls while another call waits.
    tests = localfunctions();
end

function a_missing_mex_function_says_what_to_do_from_every_entry()
    copied = copied_package();
    gone = onCleanup(@() rmdir(copied, 's'));
    entries = {'euphonic.start', 'euphonic.start()', 'euphonic.stop', 'euphonic.status', 'euphonic.restart', ...
               'euphonic.ForceConstants.from_castep(''a'')', 'euphonic.ForceConstants.from_json_file(''a'')', ...
               'euphonic.ForceConstants.from_phonopy()', 'euphonic.ForceConstants.from_vasp(''a'')', ...
               'euphonic.ForceConstants.from_dict(dict)', 'fc.calculate_qpoint_frequencies([0 0 1])', ...
               'fc.calculate_qpoint_phonon_modes([0 0 1])', 'fc.calculate_debye_waller([1 1 1], 3)', 'fc.crystal', ...
               'model.horace_disp(0, 0, 1)', 'model.horace_sqw(0, 0, 1, 3, [1 1 1])', ...
               'euphonic.plot_sqw(model, [0 0 0; 1 0 0], 0:9)', 'euphonic.plot_dispersion(fc, [0 0 0; 1 0 0])'};
    for problem = {'is missing', 'does not load'}
        said = messages_of(copied, entries);
        for i = 1:numel(entries)
            for part = {'EUPHONIC:gateway:missing', problem{1}, 'euphonic.setup', 'euphonic.build', 'release'}
                support.check(~isempty(strfind(said{i}, part{1})), '''%s'' from %s, found: %s', part{1}, entries{i}, ...
                    said{i}); %#ok<STREMP>
            end
        end
        id = fopen(fullfile(copied, '+euphonic', '+internal', ['gateway.' mexext()]), 'w');
        fprintf(id, 'This is no library.');
        fclose(id);
    end
end

function folder = copied_package(varargin)
    support.octave_only();
    folder = tempname(fileparts(getenv('EUPHONIC_CONNECTION')));
    mkdir(folder);
    copyfile(fullfile(fileparts(which('euphonic.start')), '..', '+euphonic'), folder);
    delete(fullfile(folder, '+euphonic', '+internal', ['gateway.' mexext()]));
    confirm_recursive_rmdir(false, 'local');
end

function said = messages_of(folder, entries)
    % In another Octave: what each entry says, with its identifier
    fc = support.quartz();
    model = euphonic.CoherentCrystal(fc);
    saved = [tempname(folder) '.mat'];
    atom = struct('cell_vectors', eye(3), 'cell_vectors_unit', 'nm', 'atom_r', [0 0 0], 'atom_type', 'Nb', ...
        'atom_mass', 93, 'atom_mass_unit', 'amu');
    dict = struct('crystal', atom, 'sc_matrix', eye(3), 'cell_origins', [0 0 0], ...
        'force_constants', zeros(1, 3, 3), 'force_constants_unit', 'hartree/bohr^2');
    content = struct('fc', fc.saveobj(), 'model', model.saveobj(), 'dict', dict);
    save('-v7', saved, 'content');
    answer = [tempname(folder) '.mat'];
    lines = {sprintf('addpath(''%s''); load(''%s'');', folder, saved)
             'fc = euphonic.ForceConstants.loadobj(content.fc); model = euphonic.CoherentCrystal.loadobj(content.model);'
             'dict = content.dict; said = cell(1, 0);'};
    for entry = entries
        lines{end + 1} = sprintf(['said{end + 1} = ''nothing''; try, %s; catch problem, said{end} = ' ...
                                  '[problem.identifier '' '' problem.message]; end'], entry{1}); %#ok<AGROW>
    end
    lines{end + 1} = sprintf('save(''-v7'', ''%s'', ''said'');', answer);
    script = [tempname(folder) '.m'];
    id = fopen(script, 'w');
    fprintf(id, '%s\n', lines{:});
    fclose(id);
    [code, text] = system(sprintf('octave-cli -q --norc --no-history %s 2>&1', script));
    support.check(code == 0, 'a session without the MEX function, found %s', text);
    loaded = load(answer);
    said = loaded.said;
end

function a_model_that_is_called_while_another_call_waits_has_a_connection_of_its_own()
    fc = support.quartz();
    inner = euphonic.CoherentCrystal(fc, 'temperature', 300);
    expected = support.both(inner, 0.1, 0.2, 0.3);
    [qh, qk, ql] = support.some_q(800000);
    kept = containers.Map();
    params = struct('quantity', 'frequencies', 'n_threads', 1);  % on any machine longer than the first report takes
    progress = @(varargin) call_inside(kept, inner, varargin{:});
    answer = euphonic.internal.job.evaluate('test', fc, params, [], {qh, qk, ql}, ...
        struct('cells', true, 'progress', progress));
    support.check(kept.isKey('results') && isequal(kept('results'), expected), 'the inner call to be answered');
    support.check(kept('running'), 'what the daemon is, asked meanwhile');
    part = [1 1000 200000 400000];
    alone = euphonic.internal.job.evaluate('test', fc, params, [], {qh(part), qk(part), ql(part)}, ...
        struct('cells', true));
    support.check(isequal(cellfun(@(row) row(part), answer.frequencies, 'UniformOutput', false), ...
                          alone.frequencies), 'the outer call to be answered');
end

function call_inside(kept, model, varargin)
    kept('results') = support.both(model, 0.1, 0.2, 0.3);
    facts = euphonic.status();
    kept('running') = facts.running;
end

function a_daemon_that_is_stopped_while_a_call_waits_is_started_again()
    fc = support.quartz();
    [qh, qk, ql] = support.some_q(800000);
    kept = containers.Map({'calls'}, {0});
    params = struct('quantity', 'frequencies', 'n_threads', 1);  % on any machine longer than the first report takes
    answer = euphonic.internal.job.evaluate('test', fc, params, [], {qh, qk, ql}, ...
        struct('cells', true, 'progress', @(varargin) stop_once(kept)));
    support.check(kept('calls') > 0, 'a call meanwhile');
    support.check(numel(answer.frequencies) == 27 && all(isfinite([answer.frequencies{:}])), 'all results');
end

function stop_once(kept)
    kept('calls') = kept('calls') + 1;
    if kept('calls') == 1
        euphonic.stop();
    end
end
