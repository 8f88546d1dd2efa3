classdef ForceConstants < euphonic.internal.DaemonModel
    %FORCECONSTANTS   Force constants of a crystal.
    %   FC = EUPHONIC.FORCECONSTANTS.FROM_CASTEP(FILE) and its siblings FROM_PHONOPY, FROM_VASP and FROM_JSON_FILE have
    %   the daemon read a file. FC itself holds only what is needed to find the model again: it is small, and its file
    %   is not kept open.
    %
    %   EUPHONIC.FORCECONSTANTS() is an empty object, by which scripts check that the package is installed.
    %
    %   Properties, in the units of Euphonic's JSON form
    %       n_atoms, n_modes   numbers of atoms in the cell and of phonon modes (3 n_atoms)
    %       n_cells            number of cells in the supercell; also n_cells_in_sc
    %       atom_type          cell of element symbols
    %       polar              whether there are Born charges and a dielectric tensor
    %       crystal            struct with cell_vectors (rows, angstrom), atom_r (fractional), atom_mass (amu),
    %                          atom_type, n_atoms
    %       sc_matrix          3 x 3: supercell vectors (rows) in cell vectors
    %       cell_origins       n_cells x 3: where each cell of the supercell is, in cell vectors
    %       force_constants    n_cells x 3 n_atoms x 3 n_atoms, hartree/bohr^2
    %       born               n_atoms x 3 x 3 Born charges, e; [] for a crystal that is not polar
    %       dielectric         3 x 3 dielectric tensor relative to vacuum; [] for a crystal that is not polar
    %       source             what was read
    %       model              SHA-256 of the content, by which the daemon knows it
    %       notes              cell of remarks that the reader made; each is a warning, too
    %
    %   cell_origins and force_constants may be large: they are the daemon's, which is asked for them each time.
    %
    %   Methods
    %       calculate_qpoint_phonon_modes   frequencies, eigenvectors, group velocities
    %       calculate_qpoint_frequencies    frequencies alone
    %       calculate_debye_waller          Debye-Waller tensors
    %       to_dict, to_json_file           the content as a struct, as a file
    %
    %   Example
    %       fc = euphonic.ForceConstants.from_castep('quartz.castep_bin');
    %       model = euphonic.CoherentCrystal(fc, 'asr', 'reciprocal', 'temperature', 300);
    %
    %   See also EUPHONIC.COHERENTCRYSTAL.
    methods

        function self = ForceConstants(varargin)
            self@euphonic.internal.DaemonModel(varargin{:});
        end

        function [modes, mode_gradients] = calculate_qpoint_phonon_modes(self, qpts, varargin)
            %CALCULATE_QPOINT_PHONON_MODES   Frequencies and eigenvectors.
            %   MODES = FC.CALCULATE_QPOINT_PHONON_MODES(QPTS, ...) at the rows of the n_qpts x 3 array QPTS
            %   (reciprocal-lattice units) is a EUPHONIC.QPOINTPHONONMODES. Name-value pairs: weights (n_qpts numbers;
            %   default 1/n_qpts each), return_mode_gradients (false), asr, dipole, dipole_parameter, splitting,
            %   splitting_directions, n_threads, verbose as in EUPHONIC.COHERENTCRYSTAL; insert_gamma: zone centres
            %   inside the list are doubled, so that each side has its own direction (false), where there is LO-TO
            %   splitting. use_c and reduce_qpts have no effect.
            %
            %   [MODES, MODE_GRADIENTS] = ... with return_mode_gradients true: also the gradients dw/dQ, which MODES has
            %   as a property of this name; see EUPHONIC.QPOINTPHONONMODES. Otherwise they are [].
            %
            %   Example
            %       modes = fc.calculate_qpoint_phonon_modes([0 0 0; 0.5 0 0], 'asr', 'reciprocal');
            %       size(modes.eigenvectors)    % 2 x n_modes x n_atoms x 3
            %       modes = fc.calculate_qpoint_phonon_modes([0.1 0 0; 0.5 0 0], 'return_mode_gradients', true);
            %       speed = sqrt(sum(modes.mode_gradients.^2, 3)) * 151.9267;    % m/s, 2 x n_modes
            %
            %   See also EUPHONIC.QPOINTPHONONMODES, EUPHONIC.FORCECONSTANTS.
            caller = 'calculate_qpoint_phonon_modes';
            if nargin < 2
                euphonic.internal.fail(caller, 'invalid_argument', 'Expected q-points, an n_qpts x 3 array.');
            end
            [options, qpts, weights] = self.mode_options(caller, qpts, varargin);
            evaluation = self.modes_at(caller, 'modes', qpts, options);
            mode_gradients = evaluation.mode_gradients;
            modes = euphonic.QpointPhononModes(self, qpts, weights, evaluation.frequencies, evaluation.eigenvectors, ...
                mode_gradients, options);
        end

        function result = calculate_debye_waller(self, grid, temperature, varargin)
            %CALCULATE_DEBYE_WALLER   Debye-Waller tensors, averaged over a Monkhorst-Pack grid.
            %   S = FC.CALCULATE_DEBYE_WALLER([N1 N2 N3], TEMPERATURE, ...) at TEMPERATURE in kelvin (or a quantity) is
            %   a struct with debye_waller (n_atoms x 3 x 3, angstrom^2: an amplitude is damped by exp(-Q*W*Q.'); mean
            %   squares of displacements are 2 W),
            %   temperature, grid, n_points, imaginary (modes left out because they are unstable), space_group (struct
            %   with number and symbol) and crystal. Name-value pairs: frequency_min (meV; modes below are left out;
            %   0.01), symmetrise (average over the space group; true), asr, dipole, dipole_parameter, n_threads.
            %
            %   Example
            %       dw = fc.calculate_debye_waller([6 6 6], 300, 'asr', 'reciprocal');
            %       model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'debye_waller', dw);
            %
            %   See also EUPHONIC.FORCECONSTANTS, EUPHONIC.COHERENTCRYSTAL, EUPHONIC.QPOINTPHONONMODES.
            caller = 'calculate_debye_waller';
            if nargin < 3
                euphonic.internal.fail(caller, 'invalid_argument', 'Expected a grid and a temperature.');
            end
            params = euphonic.internal.job.parameters(self.taken_options(caller, 'debye_waller', varargin));
            params.grid = euphonic.internal.options.check(caller, 'debye_waller_grid', grid);
            params.temperature = euphonic.internal.options.check(caller, 'temperature', temperature);
            if ischar(params.grid) || ischar(params.temperature)
                euphonic.internal.fail(caller, 'invalid_argument', ...
                    'The grid or the temperature is ''None''; expected three integers and a number of kelvin.');
            end
            [summary, arrays] = self.ask(caller, 'debye_waller', params);
            result = struct('debye_waller', arrays.debye_waller, 'temperature', params.temperature, ...
                'grid', params.grid, 'n_points', summary.n_points, 'imaginary', summary.imaginary, ...
                'space_group', summary.space_group, 'crystal', self.crystal);
        end

        function [result, mode_gradients] = calculate_qpoint_frequencies(self, qpts, varargin)
            %CALCULATE_QPOINT_FREQUENCIES   Frequencies alone.
            %   S = FC.CALCULATE_QPOINT_FREQUENCIES(QPTS, ...) is a struct with qpts, frequencies (n_qpts x n_modes,
            %   meV, ascending; negative where a mode is unstable), weights and crystal. Arguments are those of
            %   CALCULATE_QPOINT_PHONON_MODES (asr, dipole, ...); with return_mode_gradients true S has a field
            %   mode_gradients (n_qpts x n_modes x 3, meV angstrom), which is the second output, too.
            %
            %   Example
            %       s = fc.calculate_qpoint_frequencies(euphonic.mp_grid([6 6 6]));
            %
            %   See also EUPHONIC.FORCECONSTANTS, EUPHONIC.MP_GRID.
            caller = 'calculate_qpoint_frequencies';
            if nargin < 2
                euphonic.internal.fail(caller, 'invalid_argument', 'Expected q-points, an n_qpts x 3 array.');
            end
            [options, qpts, weights] = self.mode_options(caller, qpts, varargin);
            evaluation = self.modes_at(caller, 'frequencies', qpts, options);
            result = struct('qpts', double(qpts), 'frequencies', evaluation.frequencies, 'weights', weights, ...
                'crystal', self.crystal);
            mode_gradients = evaluation.mode_gradients;
            if options.return_mode_gradients
                result.mode_gradients = mode_gradients;
            end
        end

        function content = to_dict(self)
            %TO_DICT   The content of force constants as a struct.
            %   S = FC.TO_DICT() has the fields that EUPHONIC.FORCECONSTANTS.FROM_DICT takes, among them their units.
            %
            %   Example
            %       s = fc.to_dict();
            %       s.crystal.atom_mass(1) = 18;    % another isotope
            %       fc2 = euphonic.ForceConstants.from_dict(s);
            %
            %   See also EUPHONIC.FORCECONSTANTS.
            content = euphonic.internal.model_content('to_dict', self);
        end

        function to_json_file(self, file)
            %TO_JSON_FILE   Write force constants in Euphonic's JSON form.
            %   FC.TO_JSON_FILE(FILE); EUPHONIC.FORCECONSTANTS.FROM_JSON_FILE and Euphonic read it.
            %
            %   Example
            %       fc.to_json_file('quartz.json');
            %
            %   See also EUPHONIC.FORCECONSTANTS.
            if nargin < 2
                file = [];
            end
            [~, members] = euphonic.internal.model_content('to_json_file', self);
            euphonic.internal.write_json('to_json_file', file, members);
        end

        function disp(self)
            if isempty(self.model)
                fprintf('  Force constants: none yet. Read some with euphonic.ForceConstants.from_castep(file).\n');
            else
                fprintf('  Force constants of %s: %d atoms, %d cells%s\n  read from %s\n', ...
                    strjoin(unique(self.atom_type), ' '), self.n_atoms, self.n_cells, ...
                    polar_text(self.polar), self.source);
                for i = 1:numel(self.notes)
                    fprintf('  %s\n', self.notes{i});
                end
            end
        end

    end
    methods (Access = private)

        function [options, qpts, weights] = mode_options(self, caller, qpts, args)
            % Options of a calculation at q-points in their standard form, with defaults, and the points with weights.
            if ~isnumeric(qpts) || ~ismatrix(qpts) || size(qpts, 2) ~= 3
                euphonic.internal.fail(caller, 'size_mismatch', 'The q-points are %s; expected n_qpts x 3.', ...
                    euphonic.internal.size_text(qpts));
            end
            n = size(qpts, 1);
            options = self.taken_options(caller, 'modes', args);
            weights = options.weights;
            if ischar(weights)
                weights = [];
            elseif numel(weights) ~= n
                euphonic.internal.fail(caller, 'size_mismatch', ...
                    'Option ''weights'' has %d numbers for %d q-points; expected one for each.', numel(weights), n);
            end
            if strcmp(options.splitting_directions, 'average')
                euphonic.internal.fail(caller, 'invalid_argument', ...
                    ['Option ''splitting_directions'' is ''average'', but modes at a zone centre belong to one ' ...
                     'direction: expected a row for it, or ''None''.']);
            end
            if options.insert_gamma && self.polar && options.dipole && options.splitting && n > 2
                [qpts, weights] = euphonic.internal.job.insert_gamma(qpts, weights);
            elseif isempty(weights)
                weights = ones(n, 1) / n;
            end
        end

        function options = taken_options(self, caller, taker, args)
            % Options in their standard form: as given, else as these force constants say, else the default.
            options = euphonic.internal.options.defaults(taker);
            names = euphonic.internal.options.names(taker);
            given = euphonic.internal.options.name_values(caller, names, args);
            for name = names
                if isfield(given, name{1})
                    options.(name{1}) = euphonic.internal.options.check(caller, name{1}, given.(name{1}));
                elseif isfield(self.calculation_options, name{1})
                    options.(name{1}) = self.calculation_options.(name{1});
                end
            end
        end

        function evaluation = modes_at(self, caller, quantity, qpts, options)
            self.need_model(caller);
            [qh, qk, ql] = euphonic.internal.job.check_q(caller, qpts(:, 1), qpts(:, 2), qpts(:, 3));
            points = euphonic.internal.job.with_directions(caller, {qh, qk, ql}, options.splitting_directions);
            params = euphonic.internal.job.parameters(options, quantity);
            progress = euphonic.internal.job.show_progress(options.verbose);
            evaluation = euphonic.internal.job.evaluate(caller, self, params, [], points, struct('progress', progress));
            euphonic.internal.job.warn_of_imaginary(caller, evaluation.imaginary, options.asr);
        end

    end
    methods (Static)

        function fc = from_castep(file)
            %FROM_CASTEP   Force constants from a CASTEP .castep_bin or .check file.
            %   FC = EUPHONIC.FORCECONSTANTS.FROM_CASTEP(FILE)
            %
            %   Example
            %       fc = euphonic.ForceConstants.from_castep('quartz.castep_bin');
            %
            %   See also EUPHONIC.FORCECONSTANTS.
            if nargin == 0
                file = [];
            end
            fc = euphonic.ForceConstants();
            fc.take('from_castep', 'model.load', file_params('from_castep', file), []);
        end

        function fc = from_json_file(file)
            %FROM_JSON_FILE   Force constants from Euphonic's JSON form, plain or gzip-compressed.
            %   FC = EUPHONIC.FORCECONSTANTS.FROM_JSON_FILE(FILE)
            %
            %   Example
            %       fc = euphonic.ForceConstants.from_json_file('quartz_bks.json.gz');
            %
            %   See also EUPHONIC.FORCECONSTANTS.
            if nargin == 0
                file = [];
            end
            fc = euphonic.ForceConstants();
            fc.take('from_json_file', 'model.load', file_params('from_json_file', file), []);
        end

        function fc = from_phonopy(varargin)
            %FROM_PHONOPY   Force constants from the files of a phonopy calculation.
            %   FC = EUPHONIC.FORCECONSTANTS.FROM_PHONOPY('path', FOLDER, ...) with the name-value pairs path (default:
            %   the working folder), summary_name ('phonopy.yaml'), born_name, fc_name, fc_format ('phonopy' or
            %   'hdf5'). They can also be given by position, in this order. Without fc_name force constants are looked
            %   for in the summary, then in FORCE_CONSTANTS and force_constants.hdf5. Born charges are those of the
            %   summary unless born_name names a file: without them there is no LO-TO splitting.
            %
            %   Example
            %       fc = euphonic.ForceConstants.from_phonopy('path', 'NaCl', 'born_name', 'BORN');
            %
            %   See also EUPHONIC.FORCECONSTANTS.
            caller = 'from_phonopy';
            names = {'path', 'summary_name', 'born_name', 'fc_name', 'fc_format'};
            given = euphonic.internal.options.positional(caller, names, numel(names), names, varargin);
            params = struct('path', '.', 'summary_name', 'phonopy.yaml');
            for name = fieldnames(given).'
                value = given.(name{1});
                if ~euphonic.internal.options.is_none(value)
                    if ~ischar(value) || size(value, 1) ~= 1
                        euphonic.internal.fail(caller, 'invalid_argument', ...
                            'Option ''%s'' is %s; expected a text.', name{1}, euphonic.internal.shown(value));
                    end
                    params.(name{1}) = value;
                end
            end
            params.path = euphonic.internal.absolute_path(caller, params.path);
            fc = euphonic.ForceConstants();
            fc.take(caller, 'model.load', params, []);
        end

        function fc = from_vasp(file)
            %FROM_VASP   Force constants from VASP's vaspout.h5.
            %   FC = EUPHONIC.FORCECONSTANTS.FROM_VASP(FILE)
            %
            %   Example
            %       fc = euphonic.ForceConstants.from_vasp('vaspout.h5');
            %
            %   See also EUPHONIC.FORCECONSTANTS.
            if nargin == 0
                file = [];
            end
            fc = euphonic.ForceConstants();
            fc.take('from_vasp', 'model.load', file_params('from_vasp', file), []);
        end

        function fc = from_dict(content)
            %FROM_DICT   Force constants from a struct.
            %   FC = EUPHONIC.FORCECONSTANTS.FROM_DICT(S) with the fields of Euphonic's JSON form:
            %
            %       crystal           struct with cell_vectors (3x3, a cell vector in each row), atom_r (n x 3,
            %                         fractional), atom_type (cell of n element symbols), atom_mass (n), and
            %                         cell_vectors_unit, atom_mass_unit
            %       sc_matrix         3x3 integers: supercell vectors in cell vectors
            %       cell_origins      n_cells x 3 integers
            %       force_constants   n_cells x 3n x 3n, and force_constants_unit
            %       born              n x 3 x 3, and born_unit; left out for a crystal that is not polar
            %       dielectric        3x3, and dielectric_unit ('dimensionless': relative to vacuum)
            %
            %   S = jsondecode(fileread(file)) of a file that Euphonic wrote is such a struct.
            %
            %   Example
            %       fc = euphonic.ForceConstants.from_dict(jsondecode(fileread('quartz.json')));
            %
            %   See also EUPHONIC.FORCECONSTANTS, EUPHONIC.UREG.
            fc = euphonic.ForceConstants();
            if nargin == 0
                content = [];
            end
            [params, frames] = euphonic.internal.content_frames('from_dict', content);
            fc.take('from_dict', 'model.put', params, frames);
        end

        function fc = loadobj(saved)
            %LOADOBJ   Force constants from what SAVEOBJ made; nothing is asked of the daemon before they are used.
            fc = saved;
            if isstruct(saved)
                fc = euphonic.ForceConstants(saved);
            end
        end

    end
end

function params = file_params(caller, file)
    file = euphonic.internal.options.plain(file);
    if ~ischar(file) || size(file, 1) ~= 1 || isempty(file)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Expected the name of a file, found a value of class %s.', class(file));
    end
    params = struct('path', euphonic.internal.absolute_path(caller, file));
end

function text = polar_text(polar)
    text = '';
    if polar
        text = ', with Born charges';
    end
end
