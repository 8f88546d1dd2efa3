classdef ForceConstants < handle
    %FORCECONSTANTS   Force constants of a crystal.
    %   FC = EUPHONIC.FORCECONSTANTS.FROM_CASTEP(FILE) and its siblings FROM_PHONOPY, FROM_VASP and FROM_JSON_FILE have
    %   the daemon read a file. FC itself holds only what is needed to find the model again: it is small, and its file
    %   is not kept open.
    %
    %   EUPHONIC.FORCECONSTANTS() is an empty object, by which scripts check that the package is installed.
    %
    %   Properties
    %       n_atoms, n_modes   numbers of atoms in the cell and of phonon modes (3 n_atoms)
    %       n_cells            number of cells in the supercell
    %       atom_type          cell of element symbols
    %       polar              whether there are Born charges and a dielectric tensor
    %       crystal            struct with cell_vectors (rows, angstrom), atom_r (fractional), atom_mass (amu),
    %                          atom_type, n_atoms
    %       source             what was read
    %       model              SHA-256 of the content, by which the daemon knows it
    %       notes              cell of remarks that the reader made; each is a warning, too
    %
    %   Methods
    %       calculate_qpoint_phonon_modes   frequencies, eigenvectors, group velocities
    %       calculate_qpoint_frequencies    frequencies alone
    %       calculate_debye_waller          Debye-Waller tensors
    %
    %   Example
    %       fc = euphonic.ForceConstants.from_castep('quartz.castep_bin');
    %       model = euphonic.CoherentCrystal(fc, 'asr', 'reciprocal', 'temperature', 300);
    %
    %   See also EUPHONIC.COHERENTCRYSTAL.
    properties (SetAccess = private)
        n_atoms = 0
        n_modes = 0
        n_cells = 0
        atom_type = {}
        polar = false
        source = ''
        model = ''
        notes = {}
    end
    properties (Dependent)
        crystal
    end
    properties (Hidden)
        calculation_options = struct()  % values that take the place of the options' defaults
    end
    properties (Access = private)
        origin = struct('method', '', 'params', struct(), 'frames', [])  % the request that gives the model to a daemon
        known_crystal = []
    end
    methods

        function self = ForceConstants(saved)
            if nargin > 0
                if ~isstruct(saved) || ~isfield(saved, 'origin')
                    euphonic.internal.fail('ForceConstants', 'invalid_argument', ...
                        'Force constants are read with euphonic.ForceConstants.from_castep(file) and its siblings.');
                end
                % what another version has saved beside these is not needed
                for name = intersect(fieldnames(saved).', [properties(self).', {'origin', 'calculation_options'}])
                    if ~strcmp(name{1}, 'crystal')
                        self.(name{1}) = saved.(name{1});
                    end
                end
            end
        end

        function crystal = get.crystal(self)
            if isempty(self.known_crystal)
                self.known_crystal = self.ask_crystal();
            end
            crystal = self.known_crystal;
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
                euphonic.internal.fail(caller, 'invalid_argument', 'Expected q-points.');
            end
            [options, qpts, weights] = self.mode_options(caller, qpts, varargin);
            answer = self.modes_at(caller, 'modes', qpts, options);
            mode_gradients = answer.mode_gradients;
            modes = euphonic.QpointPhononModes(self, qpts, weights, answer.frequencies, answer.eigenvectors, ...
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
            params.model = self.model;
            params.grid = euphonic.internal.options.check(caller, 'debye_waller_grid', grid);
            params.temperature = euphonic.internal.options.check(caller, 'temperature', temperature);
            if ischar(params.grid) || ischar(params.temperature)
                euphonic.internal.fail(caller, 'invalid_argument', 'The grid and the temperature cannot be none.');
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
                euphonic.internal.fail(caller, 'invalid_argument', 'Expected q-points.');
            end
            [options, qpts, weights] = self.mode_options(caller, qpts, varargin);
            answer = self.modes_at(caller, 'frequencies', qpts, options);
            result = struct('qpts', double(qpts), 'frequencies', answer.frequencies, 'weights', weights, ...
                'crystal', self.crystal);
            mode_gradients = answer.mode_gradients;
            if options.return_mode_gradients
                result.mode_gradients = mode_gradients;
            end
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
    methods (Hidden)

        function saved = saveobj(self)
            %SAVEOBJ   A struct with what is needed to find the model again, in this or another session.
            %   For a model read from a file that is the file's name and the hash of its content, else the content.
            for name = {'n_atoms', 'n_modes', 'n_cells', 'atom_type', 'polar', 'source', 'model', 'notes', 'origin', ...
                        'calculation_options'}
                saved.(name{1}) = self.(name{1});
            end
        end

        function send(self, caller)
            %SEND   Give the model to a daemon that does not know it.
            %   Raises model_changed when its file is another one now.
            self.need_model(caller);
            summary = euphonic.internal.connection.request(caller, 'work', self.origin.method, ...
                self.origin.params, self.origin.frames);
            if ~strcmp(summary.model, self.model)
                euphonic.internal.fail(caller, 'model_changed', ...
                    '%s has changed since it was read. Read it again with euphonic.ForceConstants.', self.source);
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
                    'Modes at one q-point have one direction: splitting_directions cannot be ''average'' here.');
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

        function answer = modes_at(self, caller, quantity, qpts, options)
            self.need_model(caller);
            [qh, qk, ql] = euphonic.internal.job.check_q(caller, qpts(:, 1), qpts(:, 2), qpts(:, 3));
            points = euphonic.internal.job.with_directions(caller, {qh, qk, ql}, options.splitting_directions);
            params = euphonic.internal.job.parameters(options, quantity);
            progress = euphonic.internal.job.show_progress(options.verbose);
            answer = euphonic.internal.job.evaluate(caller, self, params, [], points, progress, false);
            euphonic.internal.job.warn_of_imaginary(caller, answer.imaginary, options.asr);
        end

        function need_model(self, caller)
            if isempty(self.model)
                euphonic.internal.fail(caller, 'no_force_constants', ...
                    'There are no force constants. Read some with euphonic.ForceConstants.from_castep(file).');
            end
        end

        function [result, arrays] = ask(self, caller, method, params)
            % A request about this model; a daemon that does not know it is told.
            self.need_model(caller);
            try
                [result, arrays] = euphonic.internal.connection.request(caller, 'work', method, params);
            catch problem
                if ~strcmp(problem.identifier, ['EUPHONIC:' caller ':unknown_model'])
                    rethrow(problem);
                end
                self.send(caller);
                [result, arrays] = euphonic.internal.connection.request(caller, 'work', method, params);
            end
        end

        function crystal = ask_crystal(self)
            [info, arrays] = self.ask('ForceConstants', 'model.info', struct('model', self.model));
            crystal = struct('cell_vectors', arrays.cell_vectors, 'atom_r', arrays.atom_r, ...
                'atom_type', {info.atom_type}, 'atom_mass', arrays.atom_mass, 'n_atoms', info.n_atoms);
        end

        function take(self, caller, method, params, frames)
            self.origin = struct('method', method, 'params', params, 'frames', frames);
            summary = euphonic.internal.connection.request(caller, 'work', method, params, frames);
            for name = {'n_atoms', 'n_modes', 'n_cells', 'atom_type', 'polar', 'source', 'model', 'notes'}
                self.(name{1}) = summary.(name{1});
            end
            for i = 1:numel(self.notes)
                warning(['EUPHONIC:' caller ':note'], '%s', self.notes{i});
            end
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
            %   the working folder; it may also come first, without its name), summary_name ('phonopy.yaml'),
            %   born_name, fc_name, fc_format ('phonopy' or 'hdf5'). Without fc_name force constants are looked for in
            %   the summary, then in FORCE_CONSTANTS and force_constants.hdf5. Born charges are those of the summary
            %   unless born_name names a file: without them there is no LO-TO splitting.
            %
            %   Example
            %       fc = euphonic.ForceConstants.from_phonopy('path', 'NaCl', 'born_name', 'BORN');
            %
            %   See also EUPHONIC.FORCECONSTANTS.
            caller = 'from_phonopy';
            names = {'path', 'summary_name', 'born_name', 'fc_name', 'fc_format'};
            if mod(nargin, 2) == 1
                varargin = [{'path'}, varargin];
            end
            params = euphonic.internal.options.name_values(caller, names, varargin);
            for name = fieldnames(params).'
                if euphonic.internal.options.is_none(params.(name{1}))
                    params = rmfield(params, name{1});
                elseif ~ischar(params.(name{1})) || size(params.(name{1}), 1) ~= 1
                    euphonic.internal.fail(caller, 'invalid_argument', 'Option ''%s'' is not a text.', name{1});
                end
            end
            defaults = struct('path', '.', 'summary_name', 'phonopy.yaml');
            for name = fieldnames(defaults).'
                if ~isfield(params, name{1})
                    params.(name{1}) = defaults.(name{1});
                end
            end
            params.path = euphonic.internal.absolute_path(params.path);
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
    params = struct('path', euphonic.internal.absolute_path(file));
end

function text = polar_text(polar)
    text = '';
    if polar
        text = ', with Born charges';
    end
end
