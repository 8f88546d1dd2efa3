function tests = test_content()
    %TEST_CONTENT   What force constants and modes show of themselves, write to files, and take in other forms.
    tests = localfunctions();
end

function force_constants_show_their_content()
    fc = euphonic.ForceConstants.from_json_file(support.data_file('nacl', 'NaCl_force_constants.json'));
    content = jsondecode(fileread(support.data_file('nacl', 'NaCl_force_constants.json')));
    support.check(fc.n_cells_in_sc == 8 && isequal(fc.sc_matrix, 2 * eye(3)), 'eight cells');
    support.check(isequal(fc.cell_origins, content.cell_origins), 'cell origins');
    % jsondecode of Octave rounds the last digit wrongly
    near = @(a, b) isequal(size(a), size(b)) && max(abs(a(:) - b(:))) <= 4 * eps(max(abs(b(:))));
    support.check(near(fc.force_constants, content.force_constants), 'force constants');
    support.check(isequal(fc.born, content.born) && isequal(fc.dielectric, content.dielectric), 'charges');
    support.check(isa(fc.sc_matrix, 'double') && isa(fc.cell_origins, 'double'), 'plain numbers');
    euphonic.restart();
    support.check(near(fc.force_constants, content.force_constants), 'the same from a daemon that is new');
    none = euphonic.ForceConstants();
    support.check_error('EUPHONIC:ForceConstants:no_force_constants', 'from_castep', @() none.born);
end

function a_crystal_that_is_not_polar_has_no_charges()
    content = rmfield(support.quartz_struct(), {'born', 'born_unit', 'dielectric', 'dielectric_unit'});
    fc = euphonic.ForceConstants.from_dict(content);
    support.check(isempty(fc.born) && isempty(fc.dielectric) && ~fc.polar, 'no charges');
    alone = support.quartz_struct();
    alone.dielectric = [];
    warning('off', 'EUPHONIC:from_dict:not_polar');
    restore = onCleanup(@() warning('on', 'EUPHONIC:from_dict:not_polar'));
    support.check(~euphonic.ForceConstants.from_dict(alone).polar, 'charges alone');
    again = fc.to_dict();
    support.check(~isfield(again, 'born') && isequal(again.force_constants, fc.force_constants), 'nor in the struct');
    file = [tempname() '.json'];
    remove = onCleanup(@() delete(file));
    fc.to_json_file(file);
    support.check(~isfield(jsondecode(fileread(file)), 'born'), 'nor in the file');
end

function a_struct_comes_back_as_it_went()
    fc = support.quartz();
    content = fc.to_dict();
    again = euphonic.ForceConstants.from_dict(content);
    support.check(isequal(again.force_constants, fc.force_constants) && isequal(again.born, fc.born), 'the same numbers');
    support.check(isequal(again.atom_type, fc.atom_type) && isequal(again.cell_origins, fc.cell_origins), 'the same cells');
    off = again.crystal.cell_vectors - fc.crystal.cell_vectors;
    support.check(max(abs(off(:))) < 1e-14, 'the same cell, found %g off', max(abs(off(:))));
    content.crystal.atom_mass = 4 * content.crystal.atom_mass;
    heavy = euphonic.ForceConstants.from_dict(content);
    q = [0.1 0.2 0.3];
    light = fc.calculate_qpoint_frequencies(q);
    heavy = heavy.calculate_qpoint_frequencies(q);
    support.check(max(abs(2 * heavy.frequencies - light.frequencies)) < 1e-9, 'half the frequencies with four times the mass');
end

function a_json_file_comes_back_as_it_went()
    for fc = {support.quartz(), one_atom()}
        file = [tempname() '.json'];
        remove = onCleanup(@() delete(file));
        fc{1}.to_json_file(file);
        again = euphonic.ForceConstants.from_json_file(file);
        support.check(isequal(again.force_constants, fc{1}.force_constants), 'the same force constants');
        support.check(isequal(again.cell_origins, fc{1}.cell_origins) && isequal(again.sc_matrix, fc{1}.sc_matrix), 'cells');
        support.check(isequal(again.atom_type, fc{1}.atom_type) && isequal(again.born, fc{1}.born), 'atoms and charges');
        support.check(~isempty(strfind(fileread(file), '"__euphonic_class__": "ForceConstants"')), 'its class'); %#ok<STREMP>
        clear remove;
    end
    support.check_error('EUPHONIC:to_json_file:file_unwritable', '/nowhere', @() fc{1}.to_json_file('/nowhere/x.json'));
    support.check_error('EUPHONIC:to_json_file:invalid_argument', 'file', @() fc{1}.to_json_file());
end

function fc = one_atom(varargin)
    % Simple cubic, springs to nearest neighbours; every array in it has an extent of one somewhere
    atom = struct('cell_vectors', 0.3 * eye(3), 'cell_vectors_unit', 'nm', 'atom_r', [0 0 0], 'atom_type', 'Nb', ...
        'atom_mass', 93, 'atom_mass_unit', 'amu');
    fc = euphonic.ForceConstants.from_dict(struct('crystal', atom, 'sc_matrix', eye(3), 'cell_origins', [0 0 0], ...
        'force_constants', reshape(diag([0.1 0.2 0.3]), 1, 3, 3), 'force_constants_unit', 'hartree/bohr^2'));
end

function modes_are_written_for_others_to_read()
    fc = support.quartz();
    qpts = [0.1 0.2 0.3; 0.5 0 0; 0 0 0.25];
    modes = fc.calculate_qpoint_phonon_modes(qpts, 'weights', [1 2 3]);
    file = [tempname() '.json'];
    remove = onCleanup(@() delete(file));
    modes.to_json_file(file);
    read = jsondecode(fileread(file));
    near = @(a, b) isequal(size(a), size(b)) && max(abs(a(:) - b(:))) <= 4 * eps(max(abs(b(:))));
    support.check(near(read.frequencies, modes.frequencies) && near(read.qpts, qpts), 'frequencies and q-points');
    support.check(isequal(read.weights, [1; 2; 3]) && read.n_qpts == 3, 'weights');
    support.check(isequal(size(read.eigenvectors), [3 27 9 3 2]), 'eigenvectors with real and imaginary parts');
    e = read.eigenvectors(:, :, :, :, 1) + 1i * read.eigenvectors(:, :, :, :, 2);
    support.check(near(e, modes.eigenvectors), 'the same eigenvectors');
    support.check(strcmp(read.frequencies_unit, 'millielectron_volt') && read.crystal.n_atoms == 9, 'unit and crystal');
    names = fieldnames(jsondecode(fileread(support.data_file('quartz', 'quartz_single_qpoint_phonon_modes.json'))));
    support.check(all(isfield(read, names)), 'the members that Euphonic writes');
end

function a_density_of_states_counts_states()
    fc = support.quartz();
    modes = fc.calculate_qpoint_phonon_modes(euphonic.mp_grid([3 3 3]), 'asr', 'reciprocal');
    edges = [-1 10 20 21.5 60 200];
    dos = modes.calculate_dos(edges);
    support.check(isequal(dos.x_data, edges.') && isequal(size(dos.y_data), [5 1]), 'a value for each bin');
    support.check(abs(sum(dos.y_data .* diff(dos.x_data)) - 3) < 1e-12, 'three states for each atom');
    counted = sum(sum(modes.frequencies >= 20 & modes.frequencies < 21.5)) / 27 / 9 / 1.5;
    support.check(abs(dos.y_data(3) - counted) < 1e-12, 'a histogram');
    last = modes.calculate_dos([-1, max(modes.frequencies(:))]);
    support.check(abs(last.y_data * diff(last.x_data) - 3) < 1e-12, 'both edges of the last bin');
    weighted = fc.calculate_qpoint_phonon_modes([0.1 0 0; 0.5 0 0], 'weights', [3 1]);
    dos = weighted.calculate_dos([0 200] * euphonic.ureg('meV'));
    support.check(abs(dos.y_data * 200 - 3) < 1e-12, 'weights that are made one');
    narrow = modes.calculate_dos(edges, 'mode_widths', 1e-9 * ones(size(modes.frequencies)));
    sharp = modes.calculate_dos(edges);
    support.check(max(abs(narrow.y_data - sharp.y_data)) < 1e-9, 'narrow Gaussians are sharp modes');
    wide = modes.calculate_dos(-100:300, 'mode_widths', 5 * ones(size(modes.frequencies)));
    support.check(abs(sum(wide.y_data) - 3) < 1e-9, 'no state is lost');
    check = @(reason, part, varargin) support.check_error(['EUPHONIC:calculate_dos:' reason], part, ...
        @() modes.calculate_dos(varargin{:}));
    check('invalid_argument', 'ascending', [3 2 1]);
    check('invalid_argument', 'ascending');
    check('size_mismatch', 'mode_widths', 0:9, 'mode_widths', 3);
end

function a_dispersion_has_distances_and_labels()
    fc = support.quartz();
    qpts = [linspace(0, 0.5, 6).' zeros(6, 2); 0.5 * ones(3, 1) (0.1:0.1:0.3).' zeros(3, 1)];
    modes = fc.calculate_qpoint_phonon_modes(qpts);
    d = modes.get_dispersion();
    support.check(isequal(d.y_data, modes.frequencies.') && isequal(size(d.x_data), [1 9]), 'modes over distances');
    [~, expected] = euphonic.q_path(fc, qpts([1 6 9], :), 9);
    support.check(d.x_data(1) == 0 && abs(d.x_data(end) - expected(end)) < 1e-12, 'distances in 1/angstrom');
    support.check(isequal([d.x_tick_labels{:, 1}], [1 6 9]), 'corners, found %s', mat2str([d.x_tick_labels{:, 1}]));
    support.check(strcmp(d.x_tick_labels{2, 2}, '(0.5 0 0)'), 'their coordinates, found %s', d.x_tick_labels{2, 2});
    one = fc.calculate_qpoint_phonon_modes([0.1 0 0]);
    d = one.get_dispersion();
    support.check(d.x_data == 0 && isequal(d.x_tick_labels, {1, '(0.1 0 0)'}), 'a single q-point');
    twice = fc.calculate_qpoint_phonon_modes([0.1 0 0; 0.1 0 0]);
    support.check(isequal([twice.get_dispersion().x_data], [0 0]), 'a q-point twice');
end

function quantities_have_magnitude_and_units()
    q = [1 2] * euphonic.ureg('meV');
    support.check(isequal(q.magnitude, [1 2]) && strcmp(q.units, 'meV'), 'magnitude and units');
    eV = q.to('eV');
    support.check(strcmp(eV.units, 'eV') && max(abs(eV.magnitude - [1e-3 2e-3])) < 1e-18, 'in another unit');
    support.check(isequal(double(q), [1 2]), 'as a number');
    support.check_error('EUPHONIC:ureg:other_kind', 'K', @() q.to('K'));
end

function maps_and_strings_are_taken_for_structs_and_texts()
    fc = support.quartz();
    lengths = containers.Map({'Si', 'O', 'default'}, {4.1, '18O', 'BlueBook'});
    model = euphonic.CoherentCrystal(fc, 'scattering_lengths', lengths);
    support.check(isequal(model.scattering_lengths, struct('Si', 4.1, 'O', '18O', 'default', 'BlueBook')), 'a map');
    model.scattering_lengths = containers.Map({'62Ni'}, {'60Ni'});
    support.check(isequal(model.scattering_lengths, struct('Ni62', '60Ni')), 'an isotope as a key');
    support.check_error('EUPHONIC:CoherentCrystal:invalid_argument', 'containers.Map', ...
        @() euphonic.CoherentCrystal(fc, 'scattering_lengths', containers.Map({'Si 1'}, {4})));
    content = support.quartz_struct();
    content.crystal = containers.Map(fieldnames(content.crystal), struct2cell(content.crystal));
    names = [fieldnames(content); {'__euphonic_version__'}];
    from_map = euphonic.ForceConstants.from_dict(containers.Map(names, [struct2cell(content); {'1.0'}]));
    from_struct = euphonic.ForceConstants.from_dict(support.quartz_struct());
    support.check(strcmp(from_map.model, from_struct.model), 'maps in a map');
    warning('off', 'EUPHONIC:BrilleInterpolator:exact', 'local');
    options = containers.Map({'asr'}, {'reciprocal'});
    fc2 = euphonic.BrilleInterpolator.from_force_constants(fc, 'interpolation_kwargs', options);
    support.check(strcmp(fc2.calculation_options.asr, 'reciprocal'), 'a map of options');
end

function strings_are_taken_for_texts()
    support.octave_only();
    folder = fullfile(fileparts(mfilename('fullpath')), 'stand_ins');
    addpath(folder);
    back = onCleanup(@() rmpath(folder));
    fc = euphonic.ForceConstants.from_json_file(string(support.quartz_file()));
    model = euphonic.CoherentCrystal(fc, string('None'), string('temperature'), 5, 'asr', string('reciprocal')); %#ok<STRQUOT>
    support.check(strcmp(model.asr, 'reciprocal') && model.temperature == 5, 'names and values');
    names = repmat({'O'}, 1, 9);
    model.scattering_lengths = string(names{:});
    support.check(isequal(model.scattering_lengths, names), 'an array of them');
    model.scattering_lengths = struct('Si', string('28Si'), 'O', 5.8);
    support.check(strcmp(model.scattering_lengths.Si, '28Si'), 'one in a struct');
    content = support.quartz_struct();
    content.crystal.atom_type = string(content.crystal.atom_type{:});
    support.check(euphonic.ForceConstants.from_dict(content).n_atoms == 9, 'types of atoms');
end

function force_constants_of_a_model_can_be_assigned()
    fc = support.quartz();
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), 'temperature', 300);
    model.force_constants = fc;
    expected = euphonic.CoherentCrystal(fc, 'temperature', 300);
    support.check(isequal(support.both(model, 0.1, 0.2, 0.3), support.both(expected, 0.1, 0.2, 0.3)), 'those of quartz');
    content = support.quartz_struct();
    content.crystal.atom_mass = 4 * content.crystal.atom_mass;
    model.cache_limit = 1e6;
    model.horace_disp(0.1, 0.2, 0.3);
    model.force_constants = euphonic.ForceConstants.from_dict(content);
    w = model.horace_disp(0.1, 0.2, 0.3);
    light = expected.horace_disp(0.1, 0.2, 0.3);
    support.check(max(abs(2 * [w{:}] - [light{:}])) < 1e-9, 'those of heavier atoms, though the first are kept');
    caught = '';
    try
        model.force_constants = 7;
    catch problem
        caught = problem.message;
    end
    support.check(~isempty(strfind(caught, 'class double')), 'nothing else, found ''%s''', caught); %#ok<STREMP>
end

function an_interpolator_takes_every_form_of_its_grid()
    fc = support.quartz();
    make = @(varargin) euphonic.BrilleInterpolator.from_force_constants(fc, varargin{:});
    warning('off', 'EUPHONIC:BrilleInterpolator:exact', 'local');
    forms = {{'trellis', 'interpolation_kwargs', struct('asr', 'reciprocal')}
             {'mesh', 500, 'grid_kwargs', struct('max_volume', 1), 'interpolation_kwargs', struct('asr', 'reciprocal')}
             {'nest', 500, 'None', [], struct('asr', 'reciprocal')}
             {'grid_type', 'trellis', 'grid_density', 10, 'interpolation_kwargs', struct('asr', 'reciprocal')}};
    for i = 1:numel(forms)
        fc2 = make(forms{i}{:});
        support.check(strcmp(fc2.calculation_options.asr, 'reciprocal'), 'form %d', i);
    end
    support.check(isempty(fieldnames(make().calculation_options)), 'nothing at all');
    check = @(part, varargin) support.check_error('EUPHONIC:BrilleInterpolator:invalid_argument', part, ...
        @() make(varargin{:}));
    check('trellis', 'grid_type', 'lattice');
    check('grid_npts', 'trellis', -1);
    check('grid_kwargs', 'grid_kwargs', 7);
end

function phonopy_files_may_be_named_by_position()
    folder = fileparts(support.data_file('nacl', 'phonopy.yaml'));
    expected = euphonic.ForceConstants.from_phonopy('path', folder, 'summary_name', 'phonopy.yaml', 'born_name', ...
        'BORN', 'fc_name', 'force_constants.hdf5');
    names = {folder, 'phonopy.yaml', 'BORN', 'force_constants.hdf5', 'hdf5'};
    for n = 4:5
        fc = euphonic.ForceConstants.from_phonopy(names{1:n});
        support.check(strcmp(fc.model, expected.model), '%d by position', n);
    end
    fc = euphonic.ForceConstants.from_phonopy(folder, 'phonopy.yaml', 'born_name', 'BORN', 'fc_name', 'force_constants.hdf5');
    support.check(strcmp(fc.model, expected.model), 'names after positions');
    support.check_error('EUPHONIC:from_phonopy:repeated_option', 'path', ...
        @() euphonic.ForceConstants.from_phonopy(folder, 'path', folder));
end

function help_and_doc_show_every_name()
    listed = evalc('euphonic.help');
    for part = {'CoherentCrystal', 'The daemon that calculates'}
        support.check(~isempty(strfind(listed, part{1})), '''%s'' in\n%s', part{1}, listed); %#ok<STREMP>
    end
    support.check(isequal(evalc('euphonic.help(''euphonic'')'), listed), 'the same for the package''s own name');
    names = {'CoherentCrystal', 'COHERENTCRYSTAL'
             'euphonic.CoherentCrystal', 'COHERENTCRYSTAL'
             'CoherentCrystal.horace_disp', 'HORACE_DISP'
             'mp_grid', 'MP_GRID'
             'size', 'number of rows'};
    for i = 1:size(names, 1)
        text = evalc(['euphonic.help(''' names{i, 1} ''')']);
        support.check(~isempty(strfind(text, names{i, 2})), '''%s'' in help of %s, found\n%s', names{i, 2}, names{i, 1}, ...
            text); %#ok<STREMP>
    end
    support.octave_only();
    support.check(isequal(evalc('euphonic.doc(''mp_grid'')'), evalc('euphonic.help(''mp_grid'')')), 'help in the place of a browser');
    support.check_error('EUPHONIC:help:invalid_argument', 'name', @() euphonic.help(7));
end
