classdef ForceConstants < handle
    %FORCECONSTANTS   Force constants of a crystal.
    %   FC = EUPHONIC.FORCECONSTANTS.FROM_CASTEP(FILE) and FC = EUPHONIC.FORCECONSTANTS.FROM_JSON_FILE(FILE) have the
    %   daemon read a file. FC itself holds only what is needed to find the model again: it is small, and its file is
    %   not kept open.
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
    %       notes              cell of remarks that the reader made
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
    properties (Access = private)
        origin = struct('method', '', 'params', struct(), 'frames', [])  % the request that gives the model to a daemon
        known_crystal = []
    end
    methods

        function self = ForceConstants()
        end

        function crystal = get.crystal(self)
            if isempty(self.known_crystal)
                self.known_crystal = self.ask_crystal();
            end
            crystal = self.known_crystal;
        end

        function disp(self)
            if isempty(self.model)
                fprintf('  Force constants: none yet. Read some with euphonic.ForceConstants.from_castep(file).\n');
            else
                fprintf('  Force constants of %s: %d atoms, %d cells%s\n  read from %s\n', ...
                    strjoin(unique(self.atom_type), ' '), self.n_atoms, self.n_cells, ...
                    polar_text(self.polar), self.source);
            end
        end

    end
    methods (Hidden)

        function send(self, caller)
            %SEND   Give the model to a daemon that does not know it.
            %   Raises model_changed when its file is another one now.
            if isempty(self.model)
                euphonic.internal.fail(caller, 'no_force_constants', ...
                    'These force constants are empty. Read some with euphonic.ForceConstants.from_castep(file).');
            end
            summary = euphonic.internal.request(caller, 'work', self.origin.method, ...
                self.origin.params, self.origin.frames);
            if ~strcmp(summary.model, self.model)
                euphonic.internal.fail(caller, 'model_changed', ...
                    '%s has changed since it was read. Read it again with euphonic.ForceConstants.', self.source);
            end
        end

    end
    methods (Access = private)

        function crystal = ask_crystal(self)
            caller = 'ForceConstants';
            try
                [info, arrays] = euphonic.internal.request(caller, 'work', 'model.info', struct('model', self.model));
            catch problem
                if ~strcmp(problem.identifier, ['EUPHONIC:' caller ':unknown_model'])
                    rethrow(problem);
                end
                self.send(caller);
                [info, arrays] = euphonic.internal.request(caller, 'work', 'model.info', struct('model', self.model));
            end
            crystal = struct('cell_vectors', arrays.cell_vectors, 'atom_r', arrays.atom_r, ...
                'atom_type', {info.atom_type}, 'atom_mass', arrays.atom_mass, 'n_atoms', info.n_atoms);
        end

        function take(self, caller, method, params, frames)
            self.origin = struct('method', method, 'params', params, 'frames', frames);
            summary = euphonic.internal.request(caller, 'work', method, params, frames);
            for name = {'n_atoms', 'n_modes', 'n_cells', 'atom_type', 'polar', 'source', 'model', 'notes'}
                self.(name{1}) = summary.(name{1});
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
            fc = euphonic.ForceConstants();
            fc.take('from_json_file', 'model.load', file_params('from_json_file', file), []);
        end

    end
end

function params = file_params(caller, file)
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
