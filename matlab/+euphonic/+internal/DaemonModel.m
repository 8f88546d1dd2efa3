classdef DaemonModel < handle
    %DAEMONMODEL   A model whose content is the daemon's; what is here finds it again.
    %   The daemon forgets models when it ends. It is then sent the request again that gave it this one.
    properties (SetAccess = protected)
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
        n_cells_in_sc
        crystal
        sc_matrix
        cell_origins
        born
        dielectric
        force_constants
    end
    properties (Hidden)
        calculation_options = struct()  % values that take the place of the options' defaults
    end
    properties (Access = private)
        origin = struct('method', '', 'params', struct(), 'frames', [])  % the request that gives the model to a daemon
        known_info = []  % what model.info said
    end
    methods

        function self = DaemonModel(saved)
            if nargin > 0
                if ~isstruct(saved) || ~isfield(saved, 'origin')
                    euphonic.internal.fail('ForceConstants', 'invalid_argument', ...
                        'Force constants are read with euphonic.ForceConstants.from_castep(file) and its siblings.');
                end
                % what another version has saved beside these is not needed
                for name = intersect(fieldnames(saved).', kept_properties())
                    self.(name{1}) = saved.(name{1});
                end
            end
        end

        function n = get.n_cells_in_sc(self)
            n = self.n_cells;
        end

        function crystal = get.crystal(self)
            info = self.info();
            crystal = info.crystal;
        end

        function matrix = get.sc_matrix(self)
            info = self.info();
            matrix = info.sc_matrix;
        end

        function charges = get.born(self)
            info = self.info();
            charges = info.born;
        end

        function tensor = get.dielectric(self)
            info = self.info();
            tensor = info.dielectric;
        end

        function origins = get.cell_origins(self)
            origins = self.supercell();
        end

        function matrices = get.force_constants(self)
            [~, matrices] = self.supercell();
        end

    end
    methods (Hidden)

        function need_model(self, caller)
            if isempty(self.model)
                euphonic.internal.fail(caller, 'no_force_constants', ...
                    'There are no force constants. Read some with euphonic.ForceConstants.from_castep(file).');
            end
        end

        function [cell_origins, force_constants] = supercell(self)
            %SUPERCELL   What may be too large to be kept here.
            [~, arrays] = self.ask('ForceConstants', 'model.content', struct());
            cell_origins = double(arrays.cell_origins);
            force_constants = arrays.force_constants;
        end

        function saved = saveobj(self)
            %SAVEOBJ   A struct with what is needed to find the model again, in this or another session.
            %   For a model read from a file that is the file's name and the hash of its content, else the content.
            for name = kept_properties()
                saved.(name{1}) = self.(name{1});
            end
        end

        function [result, arrays] = ask(self, caller, method, params, frames, progress)
            %ASK   A request about this model; a daemon that does not know it is told.
            %   FRAMES and PROGRESS (default: none) are those of euphonic.internal.connection.request.
            if nargin < 6
                progress = [];
            end
            if nargin < 5
                frames = [];
            end
            self.need_model(caller);
            params.model = self.model;
            rest = {params, frames, progress};
            try
                [result, arrays] = euphonic.internal.connection.request(caller, 'work', method, rest{:});
            catch problem
                if ~strcmp(problem.identifier, ['EUPHONIC:' caller ':unknown_model'])
                    rethrow(problem);
                end
                self.send(caller);
                [result, arrays] = euphonic.internal.connection.request(caller, 'work', method, rest{:});
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
    methods (Access = protected)

        function take(self, caller, method, params, frames)
            % The model that the daemon makes of a request.
            self.origin = struct('method', method, 'params', params, 'frames', frames);
            summary = euphonic.internal.connection.request(caller, 'work', method, params, frames);
            for name = {'n_atoms', 'n_modes', 'n_cells', 'atom_type', 'polar', 'source', 'model', 'notes'}
                self.(name{1}) = summary.(name{1});
            end
            for i = 1:numel(self.notes)
                warning(['EUPHONIC:' caller ':note'], '%s', self.notes{i});
            end
            euphonic.internal.warn_of_doubts(caller, self.model, {});
        end

    end
    methods (Access = private)

        function info = info(self)
            if isempty(self.known_info)
                [said, arrays] = self.ask('ForceConstants', 'model.info', struct());
                crystal = struct('cell_vectors', arrays.cell_vectors, 'atom_r', arrays.atom_r, ...
                    'atom_type', {said.atom_type}, 'atom_mass', arrays.atom_mass, 'n_atoms', said.n_atoms);
                known = struct('crystal', crystal, 'sc_matrix', double(arrays.sc_matrix), 'born', [], 'dielectric', []);
                if said.polar
                    known.born = arrays.born;
                    known.dielectric = arrays.dielectric;
                end
                self.known_info = known;
            end
            info = self.known_info;
        end

    end
end

function names = kept_properties()
    names = {'n_atoms', 'n_modes', 'n_cells', 'atom_type', 'polar', 'source', 'model', 'notes', 'origin', ...
             'calculation_options'};
end
