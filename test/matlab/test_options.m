function tests = test_options()
    %TEST_OPTIONS   What a CoherentCrystal takes; needs no daemon.
    tests = localfunctions();
end

function force_constants_without_arguments_show_that_the_package_is_there()
    text = evalc('disp(euphonic.ForceConstants())');
    support.check(~isempty(text), 'something to be shown');
end

function defaults_are_those_of_the_contract()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants());
    expected = struct('debye_waller_grid', 'None', 'debye_waller', 'None', 'temperature', 'None', 'bose', true, ...
        'negative_e', false, 'conversion_mat', 'None', 'chunk', 'None', 'lim', Inf, ...
        'scattering_lengths', 'Sears1992', 'verbose', true, 'asr', 'None', 'dipole', true, 'dipole_parameter', 1, ...
        'splitting', true, 'n_threads', 'None');
    for name = fieldnames(expected).'
        support.check(isequal(model.(name{1}), expected.(name{1})), '%s is the default', name{1});
    end
end

function positional_arguments_come_in_the_order_of_the_contract()
    lengths = struct('Si', 4.1, 'O', 5.8 - 0.1i);
    matrix = [1 1 0; -1 1 0; 0 0 1];
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), [6 6 6], 'None', 300, false, true, matrix, 5000, ...
        100, lengths, false);
    values = {[6 6 6], 'None', 300, false, true, matrix, 5000, 100, lengths, false};
    names = euphonic.internal.options.names('model');
    for i = 1:numel(values)
        support.check(isequal(model.(names{i}), values{i}), '%s as argument %d', names{i}, i);
    end
end

function names_may_follow_positions()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), [2 2 2], 'temperature', 5, 'asr', 'reciprocal');
    support.check(isequal(model.debye_waller_grid, [2 2 2]), 'the grid by position');
    support.check(model.temperature == 5 && strcmp(model.asr, 'reciprocal'), 'the others by name');
end

function names_come_in_any_order_and_hold_everything()
    for name = euphonic.internal.options.names('model')
        plain = euphonic.CoherentCrystal();
        model = euphonic.CoherentCrystal(euphonic.ForceConstants(), name{1}, plain.(name{1}));
        support.check(isequal(model.(name{1}), plain.(name{1})), '%s can be given', name{1});
    end
end

function none_is_understood_in_its_forms()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), 'temperature', 300);
    for none = {'None', 'none', []}
        model.temperature = 300;
        model.temperature = none{1};
        support.check(strcmp(model.temperature, 'None'), 'no temperature');
    end
    model.lim = 'None';
    support.check(isequal(model.lim, Inf), 'no limit');
end

function a_temperature_may_be_a_quantity()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), 'temperature', 300 * euphonic.ureg('K'));
    support.check(model.temperature == 300, '300 K');
    model.temperature = euphonic.ureg('mK') * 500 / 2;
    support.check(abs(model.temperature - 0.25) < 1e-15, '250 mK');
    support.check_error('EUPHONIC:ureg:other_kind', 'in K', ...
        @() euphonic.CoherentCrystal(euphonic.ForceConstants(), 'temperature', euphonic.ureg('fm')));
    support.check_error('EUPHONIC:ureg:unknown_unit', '''angstrom''', @() euphonic.ureg('angstroms'));
end

function scattering_lengths_may_be_quantities()
    lengths = struct('Si', 4 * euphonic.ureg('fm'), 'O', 1e-4 * euphonic.ureg('angstrom'));
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), 'scattering_lengths', lengths);
    support.check(model.scattering_lengths.Si == 4, '4 fm');
    support.check(abs(model.scattering_lengths.O - 10) < 1e-12, '10 fm');
end

function unknown_options_are_named_with_the_nearest()
    fc = euphonic.ForceConstants();
    check = @(near, varargin) support.check_error('EUPHONIC:CoherentCrystal:unknown_option', near, ...
        @() euphonic.CoherentCrystal(fc, varargin{:}));
    check('''temperature''', 'temprature', 300);
    check('''negative_e''', 'Negative_E', true);
    check('''dipole_parameter''', 'bose', true, 'dipole_paramater', 2);
    check('Known options:', 'completely_different', 1);
end

function unusable_values_are_refused()
    fc = euphonic.ForceConstants();
    bad = {'temperature', -1
           'temperature', NaN
           'temperature', Inf
           'temperature', 'hot'
           'temperature', [1 2]
           'temperature', 1i
           'debye_waller_grid', [6 6]
           'debye_waller_grid', [6 6 0]
           'debye_waller_grid', [6 6 1.5]
           'debye_waller', ones(3)
           'bose', 2
           'bose', 'yes'
           'negative_e', [true true]
           'conversion_mat', eye(2)
           'conversion_mat', [1 0 0; 0 1 0; 0 0 NaN]
           'conversion_mat', 1i * eye(3)
           'conversion_mat', [1 0 0; 0 1 0; 1 1 0]
           'conversion_mat', zeros(3)
           'chunk', 1.5
           'chunk', 'many'
           'lim', 0
           'lim', NaN
           'scattering_lengths', 7
           'scattering_lengths', struct('Si', 'long')
           'asr', 'recip'
           'asr', 1
           'dipole', 'None'
           'dipole_parameter', 0
           'dipole_parameter', -1
           'splitting', []
           'n_threads', 0
           'n_threads', 1.5};
    for i = 1:size(bad, 1)
        support.check_error('EUPHONIC:CoherentCrystal:invalid_argument', bad{i, 1}, ...
            @() euphonic.CoherentCrystal(fc, bad{i, :}));
    end
end

function old_names_are_refused_with_their_successors()
    fc = euphonic.ForceConstants();
    check = @(name, value, part) support.check_error('EUPHONIC:CoherentCrystal:unknown_option', part, ...
        @() euphonic.CoherentCrystal(fc, name, value));
    check('eta_scale', 1, 'It is called ''dipole_parameter'' now');
    check('dw_grid', [6 6 6], 'It is called ''debye_waller_grid'' now');
    support.check_error('EUPHONIC:BrilleInterpolator:unknown_option', 'It is called ''grid_npts'' now', ...
        @() euphonic.BrilleInterpolator.from_force_constants(fc, 'n_grid_points', 100));
    support.check_error('EUPHONIC:CoherentCrystal:invalid_argument', 'true of older versions is ''reciprocal''', ...
        @() euphonic.CoherentCrystal(fc, 'asr', true));
end

function a_chunk_of_nothing_means_no_chunks()
    for chunk = {0, -1, 5, 'None'}
        model = euphonic.CoherentCrystal(euphonic.ForceConstants(), 'chunk', chunk{1});
        support.check(isequal(model.chunk, chunk{1}), 'chunk %s can be given', num2str(chunk{1}));
    end
end

function the_help_and_the_properties_are_those_of_the_table()
    rows = euphonic.internal.options.table();
    names = euphonic.internal.options.names('model');
    support.check(numel(unique({rows.name})) == numel(rows), 'one row for each option');
    [~, n_positional] = euphonic.internal.options.names('model');
    support.check(n_positional == 10 && all([rows(1:10).positional]), 'positional options come first');
    source = fileread(which('euphonic.CoherentCrystal'));
    block = regexp(source, 'properties\s+%[^\n]*\n(.*?)\n    end', 'tokens', 'once');
    support.check(isequal(strsplit(strtrim(regexprep(block{1}, '\s+', ' ')), ' '), names), ...
        'the properties in the order of the table, found %s', block{1});
    support.check(isempty(setdiff(names, properties(euphonic.CoherentCrystal()))), 'properties that MATLAB completes');
    text = regexprep(regexp(source, '^.*?\n    properties', 'match', 'once'), '\n    %', sprintf('\n'));
    for row = rows(ismember({rows.name}, names)).'
        default = euphonic.internal.shown(row.default);
        if isa(row.default, 'function_handle')
            default = 'the environment variable EUPHONIC_CACHE_BYTES, else 2^30';
        end
        default = regexptranslate('escape', ['(' default ')']);
        entry = ['\n       ' row.name ' [^()]*(\([^()]*\)[^()]*)*?' default '\n'];
        in_a_line = [row.name '\s+' default];
        support.check(~isempty(regexp(text, entry, 'once')) || ~isempty(regexp(text, in_a_line, 'once')), ...
            'the option %s with its default %s in the help', row.name, default);
    end
    listed = regexp(text, '\n       ([a-z_]+)  +[^\n]*', 'tokens');
    listed = cellfun(@(token) token{1}, listed, 'UniformOutput', false);
    methods_listed = {'horace_disp', 'horace_sqw', 'powder_sqw', 'copy', 'clear_cache'};
    support.check(isempty(setdiff(listed, [names, methods_listed])), 'nothing else in the help, found %s', ...
        strjoin(setdiff(listed, [names, methods_listed]), ', '));
end

function the_help_of_calculations_names_their_options()
    folder = fileparts(which('euphonic.start'));
    text = fileread(fullfile(folder, 'ForceConstants.m'));
    for taker = {'modes', 'debye_waller'; 'calculate_qpoint_phonon_modes', 'calculate_debye_waller'}
        part = regexp(text, ['%' upper(taker{2}) '.*?See also'], 'match', 'once');
        for name = euphonic.internal.options.names(taker{1})
            support.check(~isempty(regexp(part, ['\<' name{1} '\>'], 'once')), '%s in the help of %s', name{1}, taker{2});
        end
    end
end

function a_name_that_is_no_option_cannot_be_set()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants());
    caught = '';
    try
        model.temprature = 300;
    catch problem
        caught = problem.message;
    end
    support.check(~isempty(strfind(caught, '''temperature''')), 'the nearest name, found ''%s''', caught); %#ok<STREMP>
    caught = '';
    try
        model.cache = 7;
    catch problem
        caught = problem.identifier;
    end
    support.check(strcmp(caught, 'EUPHONIC:CoherentCrystal:unknown_option'), 'no way to set what is not for users');
end

function parts_of_options_can_be_set()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), 'scattering_lengths', struct('Si', 4), ...
        'conversion_mat', eye(3));
    model.scattering_lengths.O = 5.8;
    model.conversion_mat(1, 2) = 1;
    support.check(isequal(model.scattering_lengths, struct('Si', 4, 'O', 5.8)), 'a field');
    support.check(isequal(model.conversion_mat, [1 1 0; 0 1 0; 0 0 1]), 'an element');
    models = {model};
    models{1}.temperature = 7;
    support.check(model.temperature == 7, 'the same model in a cell');
    caught = '';
    try
        model.conversion_mat(1, :) = 0;
    catch problem
        caught = problem.identifier;
    end
    support.check(strcmp(caught, 'EUPHONIC:CoherentCrystal:invalid_argument'), 'parts to be checked');
    support.check(isequal(model.conversion_mat, [1 1 0; 0 1 0; 0 0 1]), 'the old value');
end

function a_copy_has_options_of_its_own()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), 'temperature', 300, 'asr', 'reciprocal');
    other = copy(model);
    same = model;
    other.temperature = 5;
    support.check(model.temperature == 300 && other.temperature == 5, 'a copy that is changed alone');
    support.check(strcmp(other.asr, 'reciprocal'), 'its other options');
    same.temperature = 7;
    support.check(model.temperature == 7, 'no copy by assignment');
end

function values_set_later_are_checked_too()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants());
    model.negative_e = 1;
    support.check(islogical(model.negative_e) && model.negative_e, 'a logical');
    try
        model.temperature = -3;
        error('support:check', 'A negative temperature was accepted.');
    catch problem
        support.check(strcmp(problem.identifier, 'EUPHONIC:CoherentCrystal:invalid_argument'), ...
            'an identified error, found %s', problem.identifier);
    end
    support.check(strcmp(model.temperature, 'None'), 'the old value');
end

function wrong_ways_to_call_the_constructor_are_refused()
    fc = euphonic.ForceConstants();
    check = @(reason, varargin) support.check_error(['EUPHONIC:CoherentCrystal:' reason], '', ...
        @() euphonic.CoherentCrystal(varargin{:}));
    check('invalid_argument', 'quartz.castep_bin');
    check('missing_value', fc, 'asr');
    check('repeated_option', fc, [6 6 6], 'debye_waller_grid', [2 2 2]);
    check('repeated_option', fc, 'asr', 'None', 'asr', 'None');
    check('invalid_argument', fc, 'asr', 'None', 7, 8);
    check('invalid_argument', fc, 'None', 'None', 'None', true, false, 'None', 'None', Inf, 'Sears1992', true, 1);
end

function a_model_without_force_constants_says_so()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants());
    support.check_error('EUPHONIC:horace_disp:no_force_constants', 'from_castep', @() model.horace_disp(0, 0, 1));
end

function a_model_shows_what_differs_from_the_defaults()
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), 'temperature', 12);
    text = evalc('disp(model)');
    support.check(~isempty(strfind(text, 'temperature: 12')), 'the temperature, found %s', text); %#ok<STREMP>
    support.check(isempty(strfind(text, 'bose')), 'no defaults, found %s', text); %#ok<STREMP>
end

function monkhorst_pack_points_are_symmetric_and_of_the_right_number()
    q = euphonic.mp_grid([2 3 4]);
    support.check(isequal(size(q), [24 3]), '24 points');
    support.check(norm(sum(q)) < 1e-12, 'a sum of zero');
    support.check(isequal(sortrows(q), sortrows(-q)), 'inversion symmetry');
    support.check(isequal(euphonic.mp_grid([1 1 2]), [0 0 -0.25; 0 0 0.25]), 'the two points');
    support.check_error('EUPHONIC:mp_grid:invalid_argument', '', @() euphonic.mp_grid([2 2]));
end

function no_python_is_asked_for()
    support.check(~isempty(evalc('euphonic.install_python_modules')), 'a sentence');
end
